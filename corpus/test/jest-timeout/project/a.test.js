test("answers", () => new Promise(() => {}), 50);
