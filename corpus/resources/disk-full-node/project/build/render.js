const fs = require("node:fs");
fs.writeFileSync("out/pages.bin", Buffer.alloc(4 * 1024 * 1024));
