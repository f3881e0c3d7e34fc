const { fork } = require('node:child_process')
const { once } = require('node:events')
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')

const CONNECTIONS = 50
const VARIABLES = 1000
const ROUNDS = 3
const KINDS = ['stock', 'terrane']

/**
 * The gateway beside Apollo's own, on the same supergraph over the same subgraphs, token checked and authorisation on:
 * requests per second, processor time of the gateway per request, latencies. Processor time is what a busy machine
 * leaves comparable.
 */
async function bench([seconds = '5']) {
  const { composeServices } = require('@apollo/composition')
  const { parse } = require('graphql')
  const { QUESTIONS, SUBGRAPHS } = require('./mesh.js')
  const { Pool } = require('undici')
  const home = mkdtempSync(path.join(tmpdir(), 'terrane-bench-gateway-'))
  const children = []
  const start = async (file, ...args) => {
    const child = fork(path.join(__dirname, file), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    children.push(child)
    const [told] = await once(child, 'message')
    return { child, ...told }
  }
  try {
    const { url: subgraphs, token } = await start('subgraphs.js')
    const { supergraphSdl, errors } = composeServices(
      Object.entries(SUBGRAPHS).map(([name, { sdl }]) => ({ name, url: `${subgraphs}/${name}`, typeDefs: parse(sdl) })),
    )
    if (errors) throw new Error(errors.join('\n'))
    const supergraph = path.join(home, 'supergraph.graphql')
    writeFileSync(supergraph, supergraphSdl)
    const gateways = []
    for (const kind of KINDS) {
      const { child, url } = await start('gateway.js', kind, supergraph, subgraphs, path.join(home, kind))
      const { origin, pathname } = new URL(url)
      gateways.push({ kind, child, path: pathname, pool: new Pool(origin, { connections: CONNECTIONS }) })
    }
    const ask = async ({ pool, path }, query, page) => {
      const { statusCode, body } = await pool.request({
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables: { page: `page ${page}` } }),
      })
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`${statusCode} ${text}`)
      return text
    }
    process.stdout.write(
      `\n${CONNECTIONS} connections, ${VARIABLES} values, ${ROUNDS} rounds of ${seconds} s, medians\n\n`,
    )
    process.stdout.write('question  gateway    requests/s   ms CPU   p50 ms   p99 ms     MB   × stock (CPU)\n')
    for (const [name, query] of Object.entries(QUESTIONS)) {
      const answers = await Promise.all(gateways.map(gateway => ask(gateway, query, 0)))
      for (const answer of answers)
        if (JSON.stringify(JSON.parse(answer)) !== JSON.stringify(JSON.parse(answers[0])))
          throw new Error(`Not the same answer:\n${answers.map(one => one.slice(0, 500)).join('\n')}`)
      const rounds = gateways.map(() => [])
      // The first one warms up.
      for (let round = 0; round <= ROUNDS; round++)
        for (const [index, gateway] of gateways.entries()) {
          const measured = await measure(gateway, page => ask(gateway, query, page), round === 0 ? 2 : Number(seconds))
          if (round > 0) rounds[index].push(measured)
        }
      const medians = rounds.map(of => median(of))
      for (const [index, { kind }] of gateways.entries()) {
        const { rate, cpu, p50, p99, bytes } = medians[index]
        process.stdout.write(
          `${index === 0 ? name.padEnd(10) : ' '.repeat(10)}${kind.padEnd(9)}${rate.toFixed(0).padStart(12)}${cpu.toFixed(2).padStart(9)}` +
            `${p50.toFixed(1).padStart(9)}${p99.toFixed(1).padStart(9)}${(bytes / 1e6).toFixed(0).padStart(7)}` +
            `${(medians[0].cpu / cpu).toFixed(1).padStart(16)}\n`,
        )
      }
      process.stdout.write(`${' '.repeat(10)}${(answers[0].length / 1000).toFixed(1)} kB an answer\n`)
    }
    for (const { pool } of gateways) await pool.close()
  } finally {
    for (const child of children) child.kill()
    rmSync(home, { recursive: true, force: true })
  }
}

async function measure({ child }, ask, seconds) {
  const usage = async () => {
    child.send('usage')
    const [told] = await once(child, 'message')
    return told
  }
  const latencies = []
  const before = await usage()
  const start = performance.now()
  const until = start + seconds * 1000
  let asked = 0
  const client = async () => {
    while (performance.now() < until) {
      const since = performance.now()
      await ask(asked++ % VARIABLES)
      latencies.push(performance.now() - since)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  const took = (performance.now() - start) / 1000
  const after = await usage()
  latencies.sort((one, other) => one - other)
  return {
    rate: latencies.length / took,
    cpu: (after.microseconds - before.microseconds) / 1000 / latencies.length,
    p50: latencies[Math.floor(latencies.length * 0.5)],
    p99: latencies[Math.floor(latencies.length * 0.99)],
    bytes: after.bytes,
  }
}

function median(rounds) {
  const of = key => rounds.map(one => one[key]).sort((one, other) => one - other)[Math.floor(rounds.length / 2)]
  return { rate: of('rate'), cpu: of('cpu'), p50: of('p50'), p99: of('p99'), bytes: of('bytes') }
}

exports.benchGateway = bench
