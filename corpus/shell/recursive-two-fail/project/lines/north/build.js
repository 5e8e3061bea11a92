const stops = require("./stops.json");

console.log(stops.length);
