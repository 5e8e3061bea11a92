import { rollup } from "rollup";
const bundle = await rollup({ input: "src/main.js" });
await bundle.write({ file: "dist/main.js", format: "es" });
