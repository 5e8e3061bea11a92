console.log(__dirname + '/src');
