const all = [];
for (;;) all.push(Buffer.alloc(16 * 1024 * 1024, 1));
