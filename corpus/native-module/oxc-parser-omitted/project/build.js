const lib = require('oxc-parser');

console.log(Object.keys(lib).length);
