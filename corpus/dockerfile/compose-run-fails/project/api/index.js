const { port } = require("./settings");
console.log(port);
