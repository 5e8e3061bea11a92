console.log('Error: 0 failed');
