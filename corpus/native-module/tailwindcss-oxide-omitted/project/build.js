const lib = require('@tailwindcss/oxide');

console.log(Object.keys(lib).length);
