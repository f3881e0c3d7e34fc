/**
 * What every script needs before it can do its work: a Node that fits, installed packages, a fresh build.
 * Only Node's own modules: on a fresh clone there is nothing else yet.
 */
const fs = require('node:fs')
const path = require('node:path')

const root = path.resolve(__dirname, '..', '..')
exports.root = root

require('./node-version.js').checkNode()

const { say, seconds, stop } = require('./steps.js')
const { program } = require('./programs.js')
const { run } = require('./run.js')

const COMPILED = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'

/**
 * True where each package of the lock file is installed in the version it names (optional ones apart), and compiled
 * where it is to be.
 */
exports.isInstalled = (folder = root) => {
  const read = file => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')).packages
  if (!fs.existsSync(path.join(folder, COMPILED))) return false
  try {
    const installed = read('node_modules/.package-lock.json')
    return Object.entries(read('package-lock.json')).every(
      ([place, wanted]) =>
        !place.includes('node_modules/') ||
        wanted.optional ||
        wanted.peer ||
        installed[place]?.version === wanted.version,
    )
  } catch {
    return false
  }
}

/**
 * The environment for npm: native packages compile against Node's own headers where it brings them, so offline too; and
 * in production npm would leave out what builds. All processors compile.
 */
exports.npmEnvironment = () => {
  const { npm_config_nodedir: _given, NODE_ENV: _mode, ...env } = process.env
  const prefix = path.resolve(fs.realpathSync(process.execPath), '..', '..')
  const ownHeaders = fs.existsSync(path.join(prefix, 'include', 'node', 'node.h'))
  return { JOBS: 'max', ...env, ...(ownHeaders && { npm_config_nodedir: prefix }) }
}

function onPath(...programs) {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return programs.some(program => folders.some(folder => fs.existsSync(path.join(folder, program))))
}

/** Fetches what is missing. Its answer's `compiled` does what the packages' own scripts do, for a while on one processor. */
async function install() {
  if (exports.isInstalled()) return { compiled: async () => {} }
  // Not `ci`: it refuses a lock file that lacks optional packages of other systems, which not every registry carries.
  // `--no-save` takes the versions of the lock file all the same, and leaves it as it is.
  const fetching = ['install', '--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
  await npm('installing packages', 'packages installed', fetching)
  const compiling = npm('compiling packages', 'packages compiled', ['rebuild'])
  return { compiled: () => compiling }
}

async function npm(doing, done, args) {
  const since = Date.now()
  say('…', doing, 'about a minute, once')
  const ticking = setInterval(() => say('…', doing, seconds(since)), 15_000)
  const { code, output } = await run('npm', args, { cwd: root, env: exports.npmEnvironment(), quiet: true })
  clearInterval(ticking)
  if (code === 0) return say('✔', done, seconds(since))
  if (code > 128) process.exit(code)
  const missing = [
    ...(onPath('c++', 'g++', 'clang++') && onPath('make') ? [] : ['build-essential']),
    ...(onPath('python3') ? [] : ['python3']),
  ]
  if (missing.length > 0 && /gyp|better-sqlite3/.test(output)) {
    stop(
      `better-sqlite3 could not be compiled: install ${missing.join(' and ')} (apt-get install ${missing.join(' ')}).`,
    )
  }
  stop(`Packages could not be installed (npm ${args[0]} ended with ${code}):\n${told(output)}`)
}

/** What npm says of an error, without its warnings. */
function told(output) {
  const lines = output.trim().split('\n')
  const errors = lines.filter(line => line.startsWith('npm error'))
  return (errors.length > 0 ? errors : lines).slice(0, 15).join('\n')
}

function newest(place) {
  const stat = fs.statSync(place, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  return fs.readdirSync(place).reduce((latest, name) => Math.max(latest, newest(path.join(place, name))), 0)
}

async function build() {
  const since = Date.now()
  const tsc = await run(process.execPath, [program(root, 'typescript', 'tsc'), '-b'], {
    cwd: root,
    quiet: true,
  })
  if (tsc.code > 128) process.exit(tsc.code)
  if (tsc.code !== 0) stop(`The sources do not compile:\n${tsc.output.trim()}`, 1)
  const marketplace = path.join(root, 'marketplace')
  const sources = ['src', 'index.html', 'package.json', 'vite.config.ts', 'public'].map(name =>
    path.join(marketplace, name),
  )
  const built = newest(path.join(marketplace, 'dist', 'index.html')) || newest(path.join(marketplace, 'dist'))
  if (fs.existsSync(path.join(marketplace, 'src')) && built < Math.max(...sources.map(newest))) {
    const page = await run(process.execPath, [program(root, 'vite'), 'build', '--logLevel', 'warn'], {
      cwd: marketplace,
      quiet: true,
    })
    if (page.code > 128) process.exit(page.code)
    if (page.code !== 0) stop(`The marketplace does not build:\n${page.output.trim()}`, 1)
  }
  if (Date.now() - since > 1000) say('✔', 'built', seconds(since))
}

/**
 * Installs what is missing and builds what is stale; says nothing where there is nothing to do. `meanwhile` is what needs
 * nothing compiled, or waits for it; its answer is the answer.
 */
exports.prepare = async ({ meanwhile = build } = {}) => {
  const { compiled } = await install()
  const [answer] = await Promise.all([meanwhile(compiled), compiled()])
  return answer
}
