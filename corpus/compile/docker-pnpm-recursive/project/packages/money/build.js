console.log("money built");
