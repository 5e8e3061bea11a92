import { greet } from "./greet";

console.log(greet(42));
