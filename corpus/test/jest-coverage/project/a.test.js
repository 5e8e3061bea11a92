const {net} = require("./price");
test("net", () => expect(net(1)).toBe(1));
