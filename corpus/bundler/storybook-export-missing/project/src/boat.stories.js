import { Ship } from "./boat.js";

export default { title: "Boat", render: Ship };

export const Plain = {};
