const { execFileSync } = require('node:child_process')
const path = require('node:path')

/** The run's child process and the command line are started from `dist`, so the tests build first (seconds when fresh). */
module.exports = () => {
  if (process.env.TERRANE_SKIP_BUILD) return
  const root = path.resolve(__dirname, '..')
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc', { paths: [root] }), '-b'], {
    cwd: root,
    stdio: 'inherit',
  })
}
