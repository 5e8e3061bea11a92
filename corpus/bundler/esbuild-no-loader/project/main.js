import logo from "./logo.tga";
console.log(logo);
