console.error("ERROR handling is configured: 0 errors, 0 failed");
console.warn("Warning: something failed to be optional, ignored");
