const lib = require('@tailwindcss/oxide');

console.log(typeof lib);
