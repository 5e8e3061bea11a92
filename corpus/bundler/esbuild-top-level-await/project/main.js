const answer = await fetch("/a");
console.log(answer);
