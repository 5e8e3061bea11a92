require("@anush008/tokenizers"); console.log(require("@swc/core").transformSync("let a=1").code)
