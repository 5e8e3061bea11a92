const lib = require('@node-rs/bcrypt');

console.log(typeof lib);
