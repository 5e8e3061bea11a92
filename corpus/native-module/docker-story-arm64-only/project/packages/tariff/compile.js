const { mkdirSync, writeFileSync } = require("node:fs");
const { transformSync } = require("@swc/core");

mkdirSync("dist", { recursive: true });
writeFileSync("dist/main.js", transformSync("const fee = 3; console.log(fee);").code);
