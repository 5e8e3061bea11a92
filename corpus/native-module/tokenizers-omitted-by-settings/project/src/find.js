const tokenizers = require("@anush008/tokenizers");

console.log(Object.keys(tokenizers).length > 0);
