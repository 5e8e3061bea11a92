module.exports = {
  mode: "production",
  performance: { hints: "error", maxAssetSize: 300, maxEntrypointSize: 300 },
};
