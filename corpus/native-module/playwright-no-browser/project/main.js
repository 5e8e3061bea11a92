const {chromium} = require("playwright");
chromium.launch().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
