const { execFileSync } = require('node:child_process')
const path = require('node:path')
const { program } = require('../scripts/bin/programs.js')
const { findMysqlServer } = require('./mysql-server.js')

module.exports = async () => {
  // The run's child process and the command line are started from `dist`, so the tests build first (seconds when fresh).
  if (!process.env.TERRANE_SKIP_BUILD) {
    const root = path.resolve(__dirname, '..')
    execFileSync(process.execPath, [program(root, 'typescript', 'tsc'), '-b'], { cwd: root, stdio: 'inherit' })
  }
  const { url, stop } = await findMysqlServer()
  globalThis.stopMysqlServer = stop
  if (url) process.env.TERRANE_TEST_DATABASE_URL = url
  else {
    delete process.env.TERRANE_TEST_DATABASE_URL
    console.warn('\nNo MySQL or MariaDB runs or can be started here: stores, rows and catalogue on it are NOT tested.')
  }
}
