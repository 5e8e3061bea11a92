module.exports = {plugins: {autoprefixer: {}}};
