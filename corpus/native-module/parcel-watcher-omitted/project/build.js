const lib = require('@parcel/watcher');

console.log(Object.keys(lib).length);
