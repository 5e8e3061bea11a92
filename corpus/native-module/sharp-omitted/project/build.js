const lib = require('sharp');

console.log(Object.keys(lib).length);
