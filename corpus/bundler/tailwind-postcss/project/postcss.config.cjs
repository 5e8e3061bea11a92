module.exports = {plugins: {tailwindcss: {}}};
