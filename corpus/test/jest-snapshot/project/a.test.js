test("row", () => {
  expect({id: 1}).toMatchSnapshot();
});
