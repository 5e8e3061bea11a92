const n: number = 1;
test("a", () => expect(n).toBe(1));
