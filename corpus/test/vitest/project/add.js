export const add = (a, b) => a + b + 1;
