const icon = require("./assets/icon.png");

console.log(icon);
