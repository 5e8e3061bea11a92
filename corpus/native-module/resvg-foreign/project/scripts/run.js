const lib = require('@resvg/resvg-js');

console.log(typeof lib);
