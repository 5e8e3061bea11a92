const lib = require('@rspack/core');

console.log(Object.keys(lib).length);
