import json from "@rollup/plugin-json";

export default {
  input: "index.js",
  output: { file: "out.js" },
  plugins: [json()],
};
