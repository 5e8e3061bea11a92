const { total } = require('../cart');

test('adds shipping', () => {
  expect(total([10, 5])).toBe(20);
});
