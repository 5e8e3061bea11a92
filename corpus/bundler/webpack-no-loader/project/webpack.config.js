module.exports = {mode: "production", entry: "./main.js", module: {rules: [{test: /\.js$/, use: "babel-loader"}]}};
