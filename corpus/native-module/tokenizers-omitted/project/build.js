const lib = require('@anush008/tokenizers');

console.log(Object.keys(lib).length);
