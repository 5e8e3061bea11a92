class Version {
  apply(compiler) {
    const { RawSource } = compiler.webpack.sources;
    compiler.hooks.thisCompilation.tap("Version", (compilation) => {
      compilation.hooks.processAssets.tap({ name: "Version", stage: -2000 }, () => {
        compilation.emitAsset("version.txt", new RawSource(compiler.options.name));
        compilation.emitAsset("version.txt", new RawSource("1.0.0"));
      });
    });
  }
}

module.exports = {
  webpack(config) {
    config.plugins.push(new Version());
    return config;
  },
};
