export default {
  input: ["index.js", "tide.js"],
  output: { file: "out.js", format: "iife" },
};
