import hero from "/img/hero.webp";

document.body.innerHTML = `<img src="${hero}">`;
