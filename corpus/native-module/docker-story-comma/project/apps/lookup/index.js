const { Tokenizer } = require("@anush008/tokenizers");

console.log(typeof Tokenizer);
