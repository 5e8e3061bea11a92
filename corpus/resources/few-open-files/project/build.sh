ulimit -n 48
node tools/join.js
