export function start() {
  if (document.title {
    return 1;
  }
}
