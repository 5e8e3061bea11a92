export const berths: number = "twelve";
