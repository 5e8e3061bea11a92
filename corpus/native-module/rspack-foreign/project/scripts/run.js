const lib = require('@rspack/core');

console.log(typeof lib);
