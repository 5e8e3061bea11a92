const lib = require('lightningcss');

console.log(Object.keys(lib).length);
