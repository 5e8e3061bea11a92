export default {plugins: [legacy()]};
