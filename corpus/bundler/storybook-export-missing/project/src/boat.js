export const Boat = () => "<p>boat</p>";
