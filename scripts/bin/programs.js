const fs = require('node:fs')
const path = require('node:path')

/** A package's own program as a file to run with node; packages need not export it, and `.bin` differs by system. */
exports.program = (root, name, called = name) => {
  const folder = path.join(root, 'node_modules', name)
  const { bin } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return path.join(folder, typeof bin === 'string' ? bin : bin[called])
}
