import {total} from "./price.js";
console.log(total);
