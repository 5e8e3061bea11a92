export const subtotal = (items) => items.length;
