console.log("quay");
