const unused = 1;

fetchAll(2);
