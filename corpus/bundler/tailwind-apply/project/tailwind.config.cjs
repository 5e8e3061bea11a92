module.exports = {content: ["./index.html"]};
