const fs = require("node:fs");
fs.mkdirSync("out");
fs.writeFileSync("out/main.js", "console.log(1)");
