const parts = [];
for (let i = 0; ; i++) parts.push({ i, part: "chunk " + i });
