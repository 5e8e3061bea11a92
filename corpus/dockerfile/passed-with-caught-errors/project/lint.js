require("./rules.json");
