const assert = require('assert');

describe('slug', () => {
  it('is in lower case', () => assert.strictEqual('Abc', 'abc'));
});
