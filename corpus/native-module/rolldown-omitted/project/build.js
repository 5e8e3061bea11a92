const lib = require('rolldown');

console.log(Object.keys(lib).length);
