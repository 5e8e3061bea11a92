import { button } from "./Button.js";

document.body.append(button());
