const isNumber = require('is-number');

console.log(isNumber(42) ? 'built' : 'not built');
