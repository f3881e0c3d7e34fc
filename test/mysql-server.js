const { execFileSync, spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { createConnection } = require('mysql2/promise')

const USUAL = 'mysql://root@127.0.0.1:3306'
const OWN_LISTEN_PORT = 33_306

/**
 * A MySQL or MariaDB server that tests may make databases on: the one that `TERRANE_TEST_DATABASE_URL` names, one that
 * runs at the usual place, else one of our own from installed binaries, in a temporary folder. `url` is undefined where
 * there is none of these.
 */
async function findMysqlServer() {
  for (const url of [process.env.TERRANE_TEST_DATABASE_URL, USUAL]) {
    if (url && (await answers(url))) return { url, stop: () => {} }
  }
  return (await startOwn()) ?? { stop: () => {} }
}

async function answers(url) {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 2_000 })
    await connection.end()
    return true
  } catch {
    return false
  }
}

async function startOwn() {
  const [server, install] = ['mariadbd', 'mariadb-install-db'].map(installed)
  if (!server || !install) return undefined
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'terrane-mariadb-'))
  const data = path.join(folder, 'data')
  // MariaDB will not run as root without being told to.
  const as = process.getuid?.() === 0 ? ['--user=root'] : []
  const common = ['--no-defaults', `--datadir=${data}`]
  execFileSync(install, [...common, ...as, '--auth-root-authentication-method=normal'], { stdio: 'ignore' })
  const own = [`--port=${OWN_LISTEN_PORT}`, '--bind-address=127.0.0.1', `--socket=${path.join(folder, 'socket')}`]
  // Several test files open whole meshes at once, and nothing here has to survive a power cut.
  const forTests = ['--local-infile=1', '--max-connections=1000', '--innodb-flush-log-at-trx-commit=0']
  const running = spawn(server, [...common, ...as, ...own, ...forTests], { stdio: 'ignore' })
  const stop = () => {
    running.kill('SIGKILL')
    fs.rmSync(folder, { recursive: true, force: true })
  }
  const url = `mysql://root@127.0.0.1:${OWN_LISTEN_PORT}`
  for (let waited = 0; waited < 60; waited++) {
    if (await answers(url)) return { url, stop }
    await new Promise(resolve => setTimeout(resolve, 500))
  }
  stop()
  return undefined
}

function installed(program) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map(folder => path.join(folder, program)).find(file => fs.existsSync(file))
}

module.exports = { findMysqlServer }
