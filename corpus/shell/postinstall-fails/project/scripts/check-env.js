if (!process.env.KILN_KEY) {
  console.error("KILN_KEY is not set");
  process.exit(3);
}
