export const level = await Promise.resolve('info');
