console.log('fair');
