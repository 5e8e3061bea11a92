module.exports = {mode: "production", entry: "./main.ts"};
