export default { title: "Boat" };

export const Plain = {};
