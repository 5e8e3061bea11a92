console.log("the shop is open");
