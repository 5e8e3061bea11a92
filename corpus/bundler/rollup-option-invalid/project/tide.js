console.log("tide");
