import { writeFileSync } from 'node:fs';

writeFileSync('version.json', JSON.stringify({ built: new Date() }));
