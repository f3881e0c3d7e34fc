const { execFileSync } = require('node:child_process')
const { once } = require('node:events')
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { GATEWAYS } = require('./gateways/index.js')
const { terraneSwitched } = require('./gateways/terrane.js')
const { CONNECTIONS, generator } = require('./load.js')
const { canCount, countInstructions, underValgrind } = require('./instructions.js')
const { measure, median, secondsFor } = require('./measure.js')
const { KINDS, PAGES, QUESTIONS } = require('./mesh.js')
const { oracle } = require('./oracle.js')
const { readOptions } = require('./options.js')
const { installed } = require('./peers.js')
const { canMeasure, oneAtATime, pinned, start } = require('./processes.js')
const { difference, run, stop } = require('./running.js')
const { compose, fetchesOf } = require('./supergraph.js')
const { measureSwitched } = require('./switched.js')
const { instructionTables, switchedTable, tables } = require('./table.js')

/** Fewer seconds where all is the same: what varies least. */
const IDENTICAL_SECONDS = 2
/** Of the length of one answer, what the others have at least. */
const ROUGHLY = 0.95
const COMPARED_PAGES = [0, 1, PAGES - 1]

const say = line => process.stdout.write(`${line}\n`)

/**
 * Gateways beside one another on the same four subgraphs: requests per second, processor time, latencies and memory, in
 * rounds in turn so that what else the machine does hits all alike.
 */
exports.benchGateway = async args => {
  const options = readOptions(args)
  if (options.help) return say(options.help)
  if (options.problem) {
    process.stderr.write(`${options.problem}\n`)
    process.exitCode = 2
    return
  }
  const home = mkdtempSync(path.join(os.tmpdir(), 'terrane-bench-gateway-'))
  const children = []
  const endAll = () => {
    for (const child of children) child.kill('SIGKILL')
  }
  process.once('exit', endAll)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
  try {
    await compare(options, home, children)
  } finally {
    await Promise.all(children.map(stop))
    process.off('exit', endAll)
    rmSync(home, { recursive: true, force: true })
  }
}

async function compare(options, home, children) {
  const { instructions: counted, switched } = options
  if (counted && !canCount) throw new Error('Instructions are counted by valgrind, which is not installed.')
  if (switched && !canMeasure) throw new Error('What a thread spends is read from /proc, which is not here.')
  const gateways = switched
    ? [terraneSwitched]
    : options.only.map(name => (counted ? underValgrind(GATEWAYS[name]) : GATEWAYS[name]))
  const skipped = {}
  const skip = ({ name, title }, reason) => {
    skipped[name] = reason
    say(`not measured: ${title}: ${reason}`)
  }

  const subgraphs = start('others', process.execPath, [path.join(__dirname, 'subgraphs.js')], { ipc: true }).child
  children.push(subgraphs)
  const [{ url, products, issuer, token, collector }] = await once(subgraphs, 'message')
  const place = {
    subgraphs: url,
    products,
    issuer,
    token,
    collector,
    profile: options.profile,
    share: options.together ? 1 / (gateways.length * options.processes) : 1,
    ...writeSupergraphs(url, home),
  }

  const expected = oracle(compose(url, false))
  const running = []
  // One of each, then again: what the machine does meanwhile hits all alike.
  for (const gateway of Array.from({ length: options.processes }, () => gateways).flat()) {
    if (skipped[gateway.name] !== undefined) continue
    try {
      if (gateway.runs === false) throw new Error(`there is none for ${process.platform} on ${process.arch}`)
      const folder = gateway.packages ? installed(gateway, say) : undefined
      const own = path.join(home, `${gateway.name}-${running.length}`)
      const one = { ...(await run(gateway, { ...place, folder, home: own }, children)), home: own }
      const wrong = await differs(one, expected, token, options.questions)
      if (wrong) skip(gateway, wrong)
      else running.push(one)
    } catch (error) {
      skip(gateway, error.message)
    }
  }
  if (running.length === 0) throw new Error('There is no gateway to measure.')

  const head = describe(options, gateways, skipped, compose(url, false))
  say(`\n${head}\n`)
  if (counted || switched) {
    const text = counted
      ? instructionTables(await countAll(options, running, token))
      : switchedTable(await switchAll(options, running, token))
    say(text)
    if (options.markdown) writeFileSync(options.markdown, `${head}\n\n${text}\n`)
    return
  }
  const rounds = await measureAll(options, running, subgraphs, { token, home })
  const runs = mapValues(rounds, kind => mapValues(kind, question => mapValues(question, median)))
  const results = { kinds: pick(KINDS, options.kinds), questions: pick(QUESTIONS, options.questions), runs, skipped }
  const text = `${head}\n\n${tables(results, gateways)}\n`
  say(`\n${tables(results, gateways)}`)
  if (options.markdown) writeFileSync(options.markdown, text)
  if (options.json) writeFileSync(options.json, JSON.stringify({ head, skipped, rounds }, null, 2))
}

function writeSupergraphs(url, home) {
  const write = (name, rights) => {
    const file = path.join(home, name)
    writeFileSync(file, compose(url, rights))
    return file
  }
  return {
    supergraph: write('supergraph.graphql', false),
    supergraphWithRights: write('supergraph-with-rights.graphql', true),
  }
}

/** What is wrong with a gateway's first answers; nothing where nothing is. */
async function differs(one, expected, token, questions) {
  for (const question of questions) {
    const answers = []
    for (const page of COMPARED_PAGES) {
      const answer = await one.ask(body(question, page), token)
      const wrong = difference(answer, await expected(QUESTIONS[question], { page }))
      if (wrong) return `${question}: ${wrong}`
      answers.push(answer)
    }
    if (new Set(answers).size < answers.length) throw new Error(`${question}: the value does not change the answer`)
    if (!one.gateway.refuses) continue
    const refused = await one.ask(body(question, 0))
    if (refused.includes('"Reader ')) return `${question}: it answers without a token: ${refused.slice(0, 300)}`
  }
  return undefined
}

const bodiesOf = (kind, question) =>
  kind === 'identical' ? [body(question, 0)] : Array.from({ length: PAGES }, (_, page) => body(question, page))

const body = (question, page) => JSON.stringify({ query: QUESTIONS[question], variables: { page } })

/** By kind, question and gateway: the measurements of all rounds. */
async function measureAll({ kinds, questions, rounds, seconds, warmUp, together }, running, subgraphs, load) {
  const turns = together ? atOnce : inTurn
  const shares = together ? running.length : 1
  const all = {}
  for (const kind of kinds) {
    all[kind] = {}
    for (const question of questions) {
      const bodies = bodiesOf(kind, question)
      const runs = running.map(() => [])
      const lengths = []
      // Each reads a file of its own.
      const ofOne = ({ child }, seconds) => ({ ...load, home: path.join(load.home, String(child.pid)), seconds })
      await turns(running, async (one, index) => {
        one.leastBytes = ROUGHLY * (await one.ask(bodies[0], load.token)).length
        const { rate } = await measure(one, subgraphs, bodies, ofOne(one, shares * warmUp))
        lengths[index] =
          shares * secondsFor(shares * rate, kind === 'identical' ? Math.min(seconds, IDENTICAL_SECONDS) : seconds)
      })
      for (let round = 0; round < rounds; round++)
        await turns(running, async (one, index) => {
          runs[index].push(await measure(one, subgraphs, bodies, ofOne(one, lengths[index])))
        })
      all[kind][question] = Object.fromEntries(
        running.map(({ gateway: { name } }) => [
          name,
          runs.filter((_, index) => running[index].gateway.name === name).flat(),
        ]),
      )
      const told = Object.entries(all[kind][question]).map(([name, of]) => `${name} ${median(of).rate.toFixed(0)}/s`)
      say(`${kind}, ${question}: ${told.join(', ')}`)
    }
  }
  return all
}

/** By question, of every gateway: what its instructions were. All at once, since how long that takes does not matter. */
async function countAll({ questions, kinds, seconds, warmUp }, running, token) {
  const counts = {}
  for (const question of questions) {
    const bodies = bodiesOf(kinds[0], question)
    counts[question] = await Promise.all(
      running.map(async one => {
        const counted = await countInstructions(one, bodies, { token, seconds, warmUp })
        say(`${question}: ${one.gateway.name} counted over ${counted.requests} requests`)
        return { title: one.gateway.title, ...counted }
      }),
    )
  }
  return counts
}

/** By question what it costs to be looked at. */
async function switchAll({ questions, kinds, seconds, warmUp }, running, token) {
  const ways = {}
  for (const question of questions)
    ways[question] = await measureSwitched(running, question, bodiesOf(kinds[0], question), { token, seconds, warmUp })
  return ways
}

async function inTurn(all, act) {
  for (const [index, one] of all.entries()) await act(one, index)
}

async function atOnce(all, act) {
  const letAllGoOn = oneAtATime(all.map(({ child }) => child.pid))
  try {
    await Promise.all(all.map(act))
  } finally {
    letAllGoOn()
  }
}

/** Where, when, what, and in which configuration: all that somebody needs who compares with figures of his own. */
function describe(
  { processes, rounds, seconds, warmUp, questions, together, instructions, switched },
  gateways,
  skipped,
  supergraph,
) {
  const cores = os.cpus()
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: __dirname, encoding: 'utf8' }).trim()
  const where = pinned
    ? 'each gateway on core 0, load and subgraphs on the other'
    : 'nothing pinned to a core: taskset or a second core is missing'
  const inWhichWay = together ? 'of its own, a tenth of a second in turn' : 'in turn'
  const how = instructions
    ? `instructions of the thread that answers counted by valgrind for ${seconds} s after ${warmUp} s`
    : switched
      ? `each for ${seconds} s after ${warmUp} s, ways in turn`
      : `${rounds} rounds of ${seconds} s and more ${inWhichWay}, medians`
  const fetches = questions.map(question => `${question} ${fetchesOf(supergraph, QUESTIONS[question])}`)
  return [
    `${new Date().toISOString().slice(0, 10)}, ${cores.length} × ${cores[0].model.trim()}, load average ` +
      `${os.loadavg()[0].toFixed(1)}, Node ${process.versions.node}, commit ${commit}. ${generator}, ${CONNECTIONS} ` +
      `connections, ${processes > 1 ? `${processes} processes of each, ` : ''}${how}; ${where}. ` +
      `Fetches of Apollo's plan: ${fetches.join(', ')}.`,
    '',
    ...gateways.map(gateway => {
      const reason = skipped[gateway.name]
      const versions = gateway.versions?.() ?? Object.entries(gateway.packages).map(([name, of]) => `${name} ${of}`)
      const overridden = Object.entries(gateway.overrides ?? {}).map(([name, of]) => `${name} ${of}`)
      const what = [gateway.title, [...versions, ...overridden].join(', '), gateway.settings].filter(Boolean).join('; ')
      return `- ${what}${reason === undefined ? '' : `. **Not measured**: ${reason.split('\n')[0]}`}`
    }),
  ].join('\n')
}

const mapValues = (object, by) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, by(value)]))
const pick = (object, keys) => Object.fromEntries(keys.map(key => [key, object[key]]))
