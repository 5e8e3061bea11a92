export const crew = [];
