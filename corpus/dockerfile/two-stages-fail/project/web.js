console.log("web: starting");
setTimeout(() => console.log("web: done"), 20000);
