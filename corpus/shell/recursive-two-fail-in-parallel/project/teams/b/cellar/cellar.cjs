setTimeout(() => {
  if (!process.env.CELLAR_TEMPERATURE) throw new Error("CELLAR_TEMPERATURE is not set");
}, 400);
