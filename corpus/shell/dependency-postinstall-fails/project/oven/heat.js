throw new Error("no gas");
