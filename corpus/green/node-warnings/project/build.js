new Buffer(3);
process.emitWarning("the error format of v1 is going away", "DeprecationWarning", "SHOP001");
console.log("built");
