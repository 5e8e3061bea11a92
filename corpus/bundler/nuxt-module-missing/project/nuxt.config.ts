export default defineNuxtConfig({
  modules: ["@nuxt/content"],
  telemetry: false,
});
