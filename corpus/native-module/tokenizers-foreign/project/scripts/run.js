const lib = require('@anush008/tokenizers');

console.log(typeof lib);
