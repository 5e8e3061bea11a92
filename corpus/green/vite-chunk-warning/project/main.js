import errors from "./errors.json";

document.title = errors.length;
