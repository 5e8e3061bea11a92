import { boats } from "../boats";

export default defineEventHandler(() => boats);
