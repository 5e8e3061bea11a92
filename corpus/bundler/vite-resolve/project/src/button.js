export const button = () => "ok";
