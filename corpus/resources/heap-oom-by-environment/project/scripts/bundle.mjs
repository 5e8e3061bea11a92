const tiles = new Map();
for (let n = 0; ; n++) tiles.set(`tile-${n}`, [n, n, n]);
