import { juice } from "./juice.mjs";

juice();
