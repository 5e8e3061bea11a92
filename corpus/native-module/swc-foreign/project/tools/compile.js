const swc = require('@swc/core');

console.log(swc.version);
