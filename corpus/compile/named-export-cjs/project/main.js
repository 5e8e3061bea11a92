import {total} from "./price.cjs";
console.log(total);
