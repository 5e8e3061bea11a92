console.log("building tax");
const rates = JSON.parse("{\"vat\": }");
console.log(rates);
