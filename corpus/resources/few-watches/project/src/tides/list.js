export const tides = [];
