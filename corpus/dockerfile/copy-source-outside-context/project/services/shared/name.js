module.exports = "api";
