console.log("<button>ok</button>");
