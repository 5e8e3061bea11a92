const rows = [];
for (let i = 0; ; i += 1) rows.push({ id: i, name: "row " + i });
