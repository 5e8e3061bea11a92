const settings = require('./settings.mjs');

console.log(settings.level);
