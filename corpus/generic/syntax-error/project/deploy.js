const targets = ['a', 'b';

console.log(targets);
