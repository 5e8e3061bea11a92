import React from "react";

const wide = window.innerWidth > 900;

export default function Front() {
  return <main>{wide ? "two columns" : "one column"}</main>;
}
