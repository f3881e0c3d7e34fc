const { spawnSync } = require('node:child_process')
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const path = require('node:path')

/** Outside of the product's own dependencies, and kept for the next time. */
const HOME = path.resolve(__dirname, '..', '..', '..', '.terrane', 'bench-peers')

/**
 * The folder with a program's packages in the versions that it names, installed where they are not there yet. Throws with
 * what npm says.
 */
exports.installed = ({ name, packages, overrides = {} }, say) => {
  const folder = path.join(HOME, name)
  const wanted = JSON.stringify({ private: true, dependencies: packages, overrides }, null, 2)
  const file = path.join(folder, 'package.json')
  if (read(file) === wanted && missing(folder, packages).length === 0) return folder
  say(
    `installing ${Object.entries(packages)
      .map(([of, version]) => `${of} ${version}`)
      .join(', ')}`,
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, wanted)
  const quick = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--fetch-retries=1']
  const args = ['install', ...quick, '--loglevel=error']
  const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm could not install it: ${error?.message ?? (stderr || stdout).trim()}`)
  const still = missing(folder, packages)
  if (still.length > 0) throw new Error(`npm installed it without ${still.join(', ')}`)
  return folder
}

function missing(folder, packages) {
  return Object.entries(packages)
    .filter(([name, version]) => {
      const text = read(path.join(folder, 'node_modules', name, 'package.json'))
      return text === undefined || JSON.parse(text).version !== version
    })
    .map(([name]) => name)
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
