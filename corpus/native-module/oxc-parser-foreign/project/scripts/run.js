const lib = require('oxc-parser');

console.log(typeof lib);
