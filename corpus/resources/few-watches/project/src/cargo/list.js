export const cargo = [];
