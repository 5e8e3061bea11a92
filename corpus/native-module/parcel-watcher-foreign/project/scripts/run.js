const lib = require('@parcel/watcher');

console.log(typeof lib);
