const x: number = 4;
console.log(x);
