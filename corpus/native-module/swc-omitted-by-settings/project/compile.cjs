const { transformSync } = require("@swc/core");

console.log(transformSync("let fee = 3").code);
