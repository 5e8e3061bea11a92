const fs = require("node:fs");
const swc = require("@swc/core");
const { code } = swc.transformSync("const a: number = 1; console.log(a)", { jsc: { parser: { syntax: "typescript" } } });
fs.writeFileSync("out.js", code);
