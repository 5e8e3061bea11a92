const lib = require('rolldown');

console.log(typeof lib);
