module.exports = [{ files: ['*.js'], rules: { 'no-console': 'warn' } }];
