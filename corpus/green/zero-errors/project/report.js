for (const word of ["errors", "failed", "fatal", "warnings"]) console.log(`${word}: 0`);
console.log("Found 0 errors. error-free since 2019, fail-fast is on");
