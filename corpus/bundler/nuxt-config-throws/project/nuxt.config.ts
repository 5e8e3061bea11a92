const shop = process.env.SHOP_ADDRESS;

export default defineNuxtConfig({
  telemetry: false,
  runtimeConfig: { shop: shop.toLowerCase() },
});
