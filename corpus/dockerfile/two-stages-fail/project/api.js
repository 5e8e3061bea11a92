console.log("api: starting");
setTimeout(() => { throw new Error("api: DATABASE_URL is not set"); }, 1000);
