const lib = require('@node-rs/bcrypt');

console.log(Object.keys(lib).length);
