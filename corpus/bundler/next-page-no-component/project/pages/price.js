export const price = (cents) => cents / 100;
