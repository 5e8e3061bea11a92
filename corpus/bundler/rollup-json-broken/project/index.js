import berths from "./berths.json";

console.log(berths.length);
