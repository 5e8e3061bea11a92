const test = require("node:test");
const assert = require("node:assert");

test("adds", () => assert.equal(1 + 1, 2));
test("rounds money", { todo: true }, () => assert.equal(0.1 + 0.2, 0.3));
