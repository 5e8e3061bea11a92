import { total } from "../lib/price.js";

document.title = total([]);
