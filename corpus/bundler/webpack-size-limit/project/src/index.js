import { rows } from "./rows.js";

console.log(rows.length);
globalThis.rows = rows;
