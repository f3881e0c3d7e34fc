const { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const { installed } = require('./gateway/peers.js')

/**
 * Who could execute the questions to a product: `node test/bench/subgraph-executors.js [seconds]`. Each by itself, from a
 * parsed document to the text of the answer, on a schema of its own copy of `graphql`; processor time, so that a busy
 * machine changes little. Packages that the product does not have are installed outside of it.
 */

const SDL = `type Query { rows: [Row!]  row(id: ID!): Row }
  type Row { id: ID!  name: String  amount: Float  count: Int  open: Boolean  city: String  note: String  at: String }`
const ROWS = Array.from({ length: 1000 }, (_, at) => ({
  id: `${at}`,
  name: `Row ${at}`,
  amount: at / 4,
  count: at,
  open: at % 2 === 0,
  city: 'Paris',
  note: at % 3 === 0 ? null : 'seen',
  at: '2026-11-26',
}))
const CASES = {
  '1000 rows × 8': { source: '{ rows { id name amount count open city note at } }', variables: {} },
  'look-up': { source: 'query ($id: ID!) { row(id: $id) { id name } }', variables: { id: '7' } },
}
const RESOLVERS = { rows: async () => ROWS, row: async (_, { id }) => ROWS[Number(id)] }

const GRAPHQL = { graphql: '16.15.0' }
const EXECUTORS = {
  'graphql-js 16.15': { open: plain(({ execute }) => execute, 'graphql') },
  '@graphql-tools/executor 1.5.0': {
    peer: { name: 'executor-tools', packages: { '@graphql-tools/executor': '1.5.0', ...GRAPHQL } },
    open: plain(({ execute }) => execute, '@graphql-tools/executor'),
  },
  'grafast 1.1.3, resolvers as they are': {
    peer: { name: 'executor-grafast', packages: { grafast: '1.1.3', ...GRAPHQL } },
    open: plain(({ execute }) => execute, 'grafast'),
  },
  'graphql-breadth 0.1.0': {
    peer: { name: 'executor-breadth', packages: { 'graphql-breadth': '0.1.0', ...GRAPHQL } },
    open: breadth,
  },
  'graphql-jit 0.8.9': { open: jit },
}

function schemaFor(load) {
  const { buildSchema } = load('graphql')
  const schema = buildSchema(SDL)
  const fields = schema.getQueryType().getFields()
  for (const [name, resolve] of Object.entries(RESOLVERS)) fields[name].resolve = resolve
  return schema
}

function plain(executeOf, from) {
  return load => {
    const execute = executeOf(load(from))
    const schema = schemaFor(load)
    return document => variableValues => execute({ schema, document, variableValues, contextValue: {} })
  }
}

function jit(load) {
  const { compileQuery } = load('graphql-jit')
  const schema = schemaFor(load)
  return document => {
    const { query } = compileQuery(schema, document, undefined, { disablingCapturingStackErrors: true })
    return variables => query(undefined, {}, variables)
  }
}

/** It resolves a field for all objects of a level at once; nothing of a resolver can be handed to it as it is. */
function breadth(load, folder) {
  const { Executor, FieldResolver, ObjectKeyResolver } = require(builtBreadth(folder))
  const schema = schemaFor(load)
  class Of extends FieldResolver {
    constructor(find) {
      super()
      this.find = find
    }
    resolve(field) {
      return field.mapObjects(() => this.find(field.arguments))
    }
  }
  const keys = Object.keys(schema.getType('Row').getFields())
  const resolvers = {
    Query: { rows: new Of(() => ROWS), row: new Of(({ id }) => ROWS[Number(id)]) },
    Row: Object.fromEntries(keys.map(key => [key, new ObjectKeyResolver(key)])),
  }
  return document => variables =>
    Executor.build({ schema, document, resolvers, rootObject: {}, context: {}, variables, validateDocument: false })
      .result
}

/** As published it has its sources alone. */
function builtBreadth(folder) {
  const from = path.join(folder, 'node_modules', 'graphql-breadth', 'src')
  const to = path.join(folder, 'built')
  const { transformSync } = require('@swc/core')
  const build = (source, target) => {
    mkdirSync(target, { recursive: true })
    for (const name of readdirSync(source)) {
      const file = path.join(source, name)
      if (statSync(file).isDirectory()) build(file, path.join(target, name))
      else if (name.endsWith('.ts')) {
        const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }
        const { code } = transformSync(readFileSync(file, 'utf8'), options)
        writeFileSync(path.join(target, name.replace(/\.ts$/, '.js')), code)
      }
    }
  }
  if (!existsSync(to)) build(from, to)
  return path.join(to, 'index.js')
}

const processorSeconds = since => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

async function measured(run, seconds) {
  const during = async least => {
    const since = process.cpuUsage()
    let times = 0
    for (;;) {
      for (let one = 0; one < 20; one++) await run()
      times += 20
      const taken = processorSeconds(since)
      if (taken >= least) return (taken / times) * 1e6
    }
  }
  await during(seconds / 2)
  return during(seconds)
}

async function main([seconds = 2]) {
  const table = []
  let expected
  for (const [name, { peer, open }] of Object.entries(EXECUTORS)) {
    const folder = peer && installed(peer, text => process.stdout.write(`${text}\n`))
    const load = createRequire(folder ? path.join(folder, 'package.json') : __filename)
    const ready = open(load, folder)
    const row = [name]
    const answers = []
    for (const { source, variables } of Object.values(CASES)) {
      const ask = ready(load('graphql').parse(source))
      const run = async () => JSON.stringify(await ask(variables))
      const { data, errors } = JSON.parse(await run())
      if (errors) throw new Error(`${name}: ${JSON.stringify(errors)}`)
      answers.push(data)
      row.push(await measured(run, Number(seconds)))
    }
    expected ??= JSON.stringify(answers)
    if (JSON.stringify(answers) !== expected) throw new Error(`${name} answers something else`)
    table.push(row)
  }
  const [first] = table
  process.stdout.write(`\n| µs of processor time | ${Object.keys(CASES).join(' | ')} |\n|---|---|---|\n`)
  for (const [name, ...taken] of table) {
    const cells = taken.map((one, at) => `${one.toFixed(one < 100 ? 1 : 0)} (${(first[at + 1] / one).toFixed(1)} ×)`)
    process.stdout.write(`| ${name} | ${cells.join(' | ')} |\n`)
  }
}

void main(process.argv.slice(2))
