import { fleet } from "./fleet/list.js";

document.title = `${fleet.length} ships`;
