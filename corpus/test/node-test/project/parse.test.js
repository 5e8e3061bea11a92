import assert from 'node:assert';
import test from 'node:test';

test('parses a number', () => assert.strictEqual('4', 4));
