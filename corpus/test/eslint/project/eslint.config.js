module.exports = [{ files: ['src/**'], rules: { 'no-undef': 'error', 'no-unused-vars': 'warn' } }];
