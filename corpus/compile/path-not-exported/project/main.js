require("./local/use.js");
