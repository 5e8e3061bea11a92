require('esbuild').buildSync({ entryPoints: ['src/app.js'], outfile: 'dist/app.js' });
