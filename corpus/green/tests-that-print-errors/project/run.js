try {
  throw new Error('connect ECONNREFUSED 127.0.0.1:5432');
} catch (error) {
  console.error(error.stack);
}
console.error('npm ERR! code ELIFECYCLE (expected by the test)');
console.log('12 passing, 0 failing');
