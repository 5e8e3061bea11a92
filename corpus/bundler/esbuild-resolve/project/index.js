import { open } from "./db/index.js";

open();
