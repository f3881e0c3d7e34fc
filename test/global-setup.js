const { execFileSync } = require('node:child_process')
const path = require('node:path')
const { program } = require('../scripts/bin/programs.js')
const { findMysqlServer } = require('./mysql-server.js')
const { findMqttBroker, findPostgresqlServer, findRedisServer } = require('./other-servers.js')

module.exports = async () => {
  // The run's child process and the command line are started from `dist`, so the tests build first (seconds when fresh).
  if (!process.env.TERRANE_SKIP_BUILD) {
    const root = path.resolve(__dirname, '..')
    execFileSync(process.execPath, [program(root, 'typescript', 'tsc'), '-b'], { cwd: root, stdio: 'inherit' })
  }
  const [{ url, stop }, postgresql, broker, redis] = await Promise.all([
    findMysqlServer(),
    findPostgresqlServer(),
    findMqttBroker(),
    findRedisServer(),
  ])
  globalThis.stopTestServers = () => {
    for (const each of [{ stop }, postgresql, broker, redis]) each.stop()
  }
  offer('TERRANE_TEST_POSTGRESQL_URL', postgresql.url, 'PostgreSQL', 'reading from it is')
  offer('TERRANE_TEST_MQTT_URL', broker.url, 'Mosquitto', 'receiving from it is')
  offer('TERRANE_TEST_REDIS_URL', redis.url, 'Redis', 'answers that gateways share are')
  if (url) process.env.TERRANE_TEST_DATABASE_URL = url
  else {
    delete process.env.TERRANE_TEST_DATABASE_URL
    console.warn('\nNo MySQL or MariaDB runs or can be started here: stores, rows and catalogue on it are NOT tested.')
  }
}

/** For `test/servers.ts`; what is not there is said aloud. */
function offer(name, url, server, what) {
  if (url) process.env[name] = url
  else {
    delete process.env[name]
    console.warn(`\nNo ${server} runs or can be started here: ${what} NOT tested.`)
  }
}
