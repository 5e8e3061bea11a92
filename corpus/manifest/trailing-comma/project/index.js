console.log(require("is-number")(42));
