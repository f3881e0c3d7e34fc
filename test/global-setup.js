const { execFileSync } = require('node:child_process')
const path = require('node:path')
const { program } = require('../scripts/bin/programs.js')

/** The run's child process and the command line are started from `dist`, so the tests build first (seconds when fresh). */
module.exports = () => {
  if (process.env.TERRANE_SKIP_BUILD) return
  const root = path.resolve(__dirname, '..')
  execFileSync(process.execPath, [program(root, 'typescript', 'tsc'), '-b'], { cwd: root, stdio: 'inherit' })
}
