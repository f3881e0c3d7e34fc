/** Where there is no wrk: the same load by autocannon, the same line of figures at its end. */
const { readFileSync } = require('node:fs')
const path = require('node:path')

const [, , folder, url, file, token, connections, seconds, timeout] = process.argv
const autocannon = require(path.join(folder, 'node_modules', 'autocannon'))

const OPENER = JSON.stringify({ query: '{ __typename }' })
const bodies = readFileSync(file, 'utf8').trimEnd().split('\n')
let next = 0
// As `requests.lua` says: what every connection asks first is not measured.
let opening = Number(connections)
const ask = () => (opening-- > 0 ? OPENER : bodies[next++ % bodies.length])
const options = {
  url,
  method: 'POST',
  connections: Number(connections),
  duration: Number(seconds),
  timeout: Number(timeout),
  headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  // One counter for all connections: no two of them ask the same at the same time.
  requests: [{ setupRequest: request => ({ ...request, body: ask() }) }],
}
autocannon(options).then(({ requests, duration, throughput, latency, errors, non2xx }) => {
  const figures = { requests: requests.total - Number(connections), seconds: duration, bytes: throughput.total }
  const failed = errors + non2xx
  process.stdout.write(`RESULT ${JSON.stringify({ ...figures, p50: latency.p50, p99: latency.p99, failed })}\n`)
})
