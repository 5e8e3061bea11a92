import React from "react";
import { BrowserRouter, Route, Switch } from "react-router-dom";

export default function App() {
  return (
    <BrowserRouter>
      <Switch>
        <Route path="/" />
      </Switch>
    </BrowserRouter>
  );
}
