const lib = require('@resvg/resvg-js');

console.log(Object.keys(lib).length);
