import { sum } from "./math.js";

console.log(sum(1, 2));
