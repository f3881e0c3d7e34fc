const { spawnSync } = require('node:child_process')
const { mkdirSync, writeFileSync } = require('node:fs')
const path = require('node:path')
const { installed } = require('./peers.js')
const { start } = require('./processes.js')

const CONNECTIONS = 50
/** Seconds after which an answer counts as failed. */
const TIMEOUT = 30

const AUTOCANNON = '8.0.0'
const hasWrk = spawnSync('wrk', ['-v']).error === undefined

exports.CONNECTIONS = CONNECTIONS

/** What makes the load: wrk where it is installed, else autocannon, which costs its core more. */
exports.generator = hasWrk ? 'wrk' : `autocannon ${AUTOCANNON}`

/**
 * Asks `url` for some seconds with one body after another, over all connections at once. Resolves with
 * `{ requests, seconds, bytes, p50, p99, failed }`: times in milliseconds, `bytes` with the answers' headers.
 */
exports.load = async ({ url, bodies, token, seconds, home }) => {
  mkdirSync(home, { recursive: true })
  const file = path.join(home, 'bodies.txt')
  writeFileSync(file, `${bodies.join('\n')}\n`)
  const [command, args] = hasWrk
    ? ['wrk', wrk(url, file, token, seconds)]
    : [process.execPath, autocannon(url, file, token, seconds)]
  const { child, said } = start('others', command, args.map(String), {
    env: { ...process.env, CONNECTIONS: String(CONNECTIONS) },
  })
  await new Promise(resolve => child.on('close', resolve))
  const result = /^RESULT (.*)$/m.exec(said())
  if (!result) throw new Error(`${exports.generator} gave no figures: ${said()}`)
  return JSON.parse(result[1])
}

function wrk(url, file, token, seconds) {
  const script = path.join(__dirname, 'requests.lua')
  return ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, `--timeout`, `${TIMEOUT}s`, '-s', script, url, '--', file, token]
}

function autocannon(url, file, token, seconds) {
  const folder = installed({ name: 'autocannon', packages: { autocannon: AUTOCANNON } }, () => {})
  return [path.join(__dirname, 'autocannon.js'), folder, url, file, token, CONNECTIONS, seconds, TIMEOUT]
}
