const { mkdir, open, writeFile } = require("node:fs/promises");

async function main() {
  const names = Array.from({ length: 60 }, (_, day) => `entries/day-${day}.txt`);
  await mkdir("entries");
  for (const name of names) await writeFile(name, "calm sea\n");
  const pages = await Promise.all(names.map((name) => open(name)));
  console.log(`${pages.length} pages`);
}

main();
