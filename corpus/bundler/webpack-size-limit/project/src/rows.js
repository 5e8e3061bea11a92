export const rows = [
  "berth one, north quay, twelve metres, three metres deep, water and power, free from the first of May",
  "berth two, north quay, fourteen metres, three metres deep, water and power, let until the end of June",
  "berth three, south quay, nine metres, two metres deep, no water and no power, free all the year",
];
