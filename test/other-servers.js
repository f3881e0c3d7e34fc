const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')

const ATTEMPTS = 40
const PAUSE_MILLISECONDS = 250
const PATIENCE_MILLISECONDS = 2000

/**
 * A PostgreSQL server that tests may make databases on: the one that `TERRANE_TEST_POSTGRESQL_URL` names, one at the
 * usual place (user postgres, no password), else one of our own from installed binaries.
 */
exports.findPostgresqlServer = () =>
  find(
    ['postgresql://postgres@127.0.0.1:5432'],
    process.env.TERRANE_TEST_POSTGRESQL_URL,
    answersAsPostgresql,
    ownPostgresql,
  )

/** The same for an MQTT broker that anybody may use, `TERRANE_TEST_MQTT_URL`. */
exports.findMqttBroker = () =>
  find(['mqtt://127.0.0.1:1883'], process.env.TERRANE_TEST_MQTT_URL, answersAsMqtt, ownMosquitto)

/** The same for a Redis server that anybody may use, `TERRANE_TEST_REDIS_URL`. */
exports.findRedisServer = () =>
  find(['redis://127.0.0.1:6379'], process.env.TERRANE_TEST_REDIS_URL, answersAsRedis, ownRedis)

async function find(usual, named, answers, own) {
  for (const url of [named, ...usual]) if (url && (await answers(url))) return { url, stop: () => {} }
  const started = await own()
  if (started === undefined) return { stop: () => {} }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await answers(started.url)) return started
    await new Promise(resolve => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
  started.stop()
  return { stop: () => {} }
}

async function answersAsPostgresql(url) {
  const { Client } = require('pg')
  const client = new Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MILLISECONDS })
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

/** CONNECT of an empty client id, and a CONNACK that accepts it (MQTT 3.1.1, 3.1 and 3.2). */
async function answersAsMqtt(url) {
  const { hostname, port } = new URL(url)
  const socket = net.connect({ host: hostname, port: Number(port || 1883), timeout: PATIENCE_MILLISECONDS })
  try {
    await once(socket, 'connect')
    socket.write(Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 10, 0, 0]))
    const [answer] = await once(socket, 'data')
    return answer[0] === 0x20 && answer[3] === 0
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function answersAsRedis(url) {
  const { hostname, port } = new URL(url)
  const socket = net.connect({ host: hostname, port: Number(port || 6379), timeout: PATIENCE_MILLISECONDS })
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    const [answer] = await once(socket, 'data')
    return answer.toString() === '+PONG\r\n'
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function ownPostgresql() {
  const [server, init] = ['postgres', 'initdb'].map(installed)
  if (!server || !init) return undefined
  // It refuses to run as root; Debian's package brings a user for it.
  const as = process.getuid?.() === 0 ? userOf('postgres') : {}
  if (as === undefined) return undefined
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'terrane-postgresql-'))
  if (as.uid !== undefined) fs.chownSync(folder, as.uid, as.gid)
  const data = path.join(folder, 'data')
  execFileSync(init, ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8'], {
    stdio: 'ignore',
    cwd: folder,
    ...as,
  })
  const listenPort = await freeListenPort()
  const args = ['-D', data, '-p', String(listenPort), '-h', '127.0.0.1', '-k', folder]
  return stoppable(spawn(server, args, { stdio: 'ignore', cwd: folder, ...as }), folder, {
    url: `postgresql://postgres@127.0.0.1:${listenPort}`,
  })
}

async function ownMosquitto() {
  const server = installed('mosquitto')
  if (!server) return undefined
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'terrane-mosquitto-'))
  const listenPort = await freeListenPort()
  return stoppable(spawn(server, ['-p', String(listenPort)], { stdio: 'ignore', cwd: folder }), folder, {
    url: `mqtt://127.0.0.1:${listenPort}`,
  })
}

async function ownRedis() {
  const server = installed('redis-server')
  if (!server) return undefined
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'terrane-redis-'))
  const listenPort = await freeListenPort()
  const args = ['--port', String(listenPort), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  return stoppable(spawn(server, args, { stdio: 'ignore', cwd: folder }), folder, {
    url: `redis://127.0.0.1:${listenPort}`,
  })
}

function stoppable(running, folder, { url }) {
  running.on('error', () => {})
  const stop = () => {
    running.kill('SIGKILL')
    fs.rmSync(folder, { recursive: true, force: true })
  }
  return { url, stop }
}

async function freeListenPort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

function userOf(name) {
  try {
    const [uid, gid] = ['-u', '-g'].map(flag =>
      Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })),
    )
    return { uid, gid }
  } catch {
    return undefined
  }
}

function installed(program) {
  const postgresql = '/usr/lib/postgresql'
  const versions = fs.existsSync(postgresql) ? fs.readdirSync(postgresql).sort().reverse() : []
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    ...versions.map(version => path.join(postgresql, version, 'bin')),
  ]
  return folders.map(folder => path.join(folder, program)).find(file => fs.existsSync(file))
}
