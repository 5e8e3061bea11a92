console.log(require("./shared/name.js"));
