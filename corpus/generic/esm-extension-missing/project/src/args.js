export const parse = (words) => words;
