export default {
  stories: ["../src/*.stories.js"],
};
