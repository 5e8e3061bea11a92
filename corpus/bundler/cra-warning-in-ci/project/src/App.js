import React, { useState } from "react";

export default function App() {
  return <h1>Boats in the harbour</h1>;
}
