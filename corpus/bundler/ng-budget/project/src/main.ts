import { Component } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";

@Component({ selector: "app-root", standalone: true, template: "<h1>{{ title }}</h1>" })
class App {
  title = "Quay board";
}

bootstrapApplication(App);
