module.exports = {hooks: {readPackage (p) { p.dependencies = p.dependencies || {} }}}
