export function serve(port) {
  console.log("on", port;
}
