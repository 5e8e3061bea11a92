exports.net = (x) => x;
exports.gross = (x) => {
  const tax = x * 0.2;
  return x + tax;
};
