const fs = require("node:fs");
fs.mkdirSync("build");
fs.writeFileSync("build/main.js", "console.log(42)");
