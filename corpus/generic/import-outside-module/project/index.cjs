import fs from 'fs';

fs.readdirSync('.');
