const lib = require('sharp');

console.log(typeof lib);
