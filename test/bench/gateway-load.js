require('reflect-metadata')
const { existsSync, readFileSync } = require('node:fs')
const { setImmediate } = require('node:timers/promises')
const { parse } = require('graphql')
const { composeServices } = require('@apollo/composition')

/**
 * What loading a supergraph costs a gateway process: `node test/bench/gateway-load.js [subgraphs] [types]`. Composed with
 * stubs of shared entities and without the satisfiability check, as at a load; the figures are of the load alone.
 */

const GATEWAY = '../../gateway/dist'

function supergraphOf(subgraphs, types) {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@policy"])'
  const services = Array.from({ length: subgraphs }, (_, at) => {
    const rows = Array.from({ length: types }, (_, type) => {
      const name = `P${at}T${type}`
      return `type ${name} @key(fields: "id") { id: ID!  a: String  b: Int @policy(policies: [["p${at}/t${type}/b"]])
        c: Float  d: Boolean  next: P${at}T${(type + 1) % types}  country: Country }`
    })
    const fields = rows.map((_, type) => `row${type}(id: ID!): P${at}T${type}  rows${type}: [P${at}T${type}!]`)
    const country = at === 0 ? 'code: ID!  name: String' : 'code: ID!'
    const stub = at === 0 ? '' : ', resolvable: false'
    const typeDefs = parse(`${link} type Query { p${at}: P${at} } type P${at} { ${fields.join(' ')} }
      type Country @key(fields: "code"${stub}) { ${country} } ${rows.join(' ')}`)
    return { name: `p${at}`, url: `http://127.0.0.1:9/p${at}`, typeDefs }
  })
  return composeServices(services, { runSatisfiability: false }).supergraphSdl
}

/** Where the kernel tells it: what this thread alone has had of a processor, in milliseconds. */
const OWN_TIME = '/proc/thread-self/schedstat'
const processorTime = existsSync(OWN_TIME)
  ? () => Number(readFileSync(OWN_TIME, 'utf8').split(' ')[0]) / 1e6
  : undefined

/** The longest that anything else has to wait for its turn here; on a busy machine processor time is what tells. */
function watchSteps() {
  let watching = true
  let longest = 0
  let longestOfProcessor = 0
  let last = performance.now()
  let lastOfProcessor = processorTime?.() ?? 0
  const look = () => {
    const now = performance.now()
    const ofProcessor = processorTime?.() ?? 0
    longest = Math.max(longest, now - last)
    longestOfProcessor = Math.max(longestOfProcessor, ofProcessor - lastOfProcessor)
    last = now
    lastOfProcessor = ofProcessor
  }
  const watched = (async () => {
    while (watching) {
      await setImmediate()
      look()
    }
  })()
  return {
    async end() {
      watching = false
      await watched
      return {
        longest: Math.round(longest),
        ...(processorTime ? { longestOfProcessor: Math.round(longestOfProcessor) } : {}),
      }
    },
  }
}

async function load(sdl) {
  const { Federation } = require(`${GATEWAY}/supergraph/federation.js`)
  const { visibleSchema } = require('../../schema/dist/graph/visible-schema.js')
  const { PlanningThread } = require(`${GATEWAY}/executor/plan/planning-thread.js`)
  const open = text => new PlanningThread({ sdl: text, validate: false, log: console.error })
  const federation = new Federation(sdl, () => ({ process: async () => ({ data: {} }) }), open)
  const tell = (what, value) => process.stdout.write(`  ${what.padEnd(46)}${value}\n`)
  const megabytes = () => `${Math.round(process.memoryUsage().rss / 1e6)} MB`

  let since = performance.now()
  await federation.load()
  tell('loaded', `${((performance.now() - since) / 1000).toFixed(2)} s`)
  tell('resident, the thread included', megabytes())

  const swap = async name => {
    const steps = watchSteps()
    since = performance.now()
    await federation.replace(`${sdl}\nscalar ${name}\n`)
    tell('swapped after', `${((performance.now() - since) / 1000).toFixed(2)} s`)
    const { longest, longestOfProcessor } = await steps.end()
    const processor = longestOfProcessor === undefined ? '' : `, ${longestOfProcessor} ms of processor time`
    tell('longest hold-up of serving meanwhile', `${longest} ms${processor}`)
  }
  for (let times = 0; times < 3; times++) await swap(`Unused${times}`)
  tell('resident after three swaps', megabytes())

  const { planner, apiSchema } = federation.current
  const hidden = Object.keys(apiSchema.getTypeMap()).flatMap(type => (/^P\d+T\d+$/.test(type) ? [`${type}.b`] : []))
  for (const [what, places] of [
    ['the graph of a caller, of one product hidden', hidden.filter(place => /^P1T/.test(place))],
    ['of all of them', hidden],
  ]) {
    const steps = watchSteps()
    visibleSchema(apiSchema, { places: new Set(places), names: new Set() })
    const { longest, longestOfProcessor = longest } = await steps.end()
    tell(what, `${longestOfProcessor} ms`)
  }
  since = performance.now()
  await planner.plan({ document: '{ p0 { rows0 { a next { b } country { name } } } }', overrides: new Map() })
  tell('first plan', `${Math.round(performance.now() - since)} ms`)
  federation.close()
}

if (process.argv[4] === 'load') {
  void load(require('node:fs').readFileSync(0, 'utf8'))
} else {
  const [subgraphs = 9, types = 30] = process.argv.slice(2).map(Number)
  process.stdout.write(`\n${subgraphs} subgraphs of ${types} types\n\n`)
  // Another process, so that nothing of composing is counted.
  const args = [...process.execArgv, __filename, String(subgraphs), String(types), 'load']
  const input = supergraphOf(subgraphs, types)
  require('node:child_process').execFileSync(process.execPath, args, {
    input,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
}
