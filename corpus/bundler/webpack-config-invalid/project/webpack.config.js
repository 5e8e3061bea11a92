module.exports = {mode: "production", entries: "./main.js"};
