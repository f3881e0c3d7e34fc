import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { GatewayKeys } from '@terrane/schema'
import { geography, SmallMesh, ukSales } from '../scenarios/gateway/small-mesh.js'
import { SmallProduct } from '../scenarios/gateway/small-product.js'
import { ROOT } from '../scenarios/processes/processes.js'

/** docs/front-ends.md to the letter: its files, its commands, against a running mesh. Its packages are those of this house. */

const page = readFileSync(path.join(ROOT, 'docs', 'front-ends.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, file, text]) => ({
  language: language!,
  file,
  text: text!,
}))
const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'))

/** Countries as a connection, as every real product has them. */
function asTheDemo({ options }: SmallProduct, trust: GatewayKeys['jwks']): SmallProduct {
  const resolvers = options.resolvers as Record<string, Record<string, () => unknown>>
  const nodes = resolvers.ReferenceGeography!.countries!
  return new SmallProduct(
    {
      ...options,
      sdl: options.sdl.replace(
        'countries: [Country!]',
        'countries(first: Int): ReferenceGeographyCountriesConnection } type ReferenceGeographyCountriesConnection { nodes: [Country!]!',
      ),
      resolvers: { ...options.resolvers, ReferenceGeography: { countries: () => ({ nodes: nodes() }) } },
      coordinates: [...options.coordinates, 'ReferenceGeographyCountriesConnection'],
    },
    trust,
  )
}

let mesh: SmallMesh
let reference: SmallProduct
let folder: string

beforeAll(async () => {
  mesh = await SmallMesh.start(trust => {
    reference = asTheDemo(geography(trust), trust)
    return [reference, ukSales(trust)]
  })
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-front-end-'))
  // Nothing is fetched: the packages that the page installs are pinned here, and looked for where a project has its own.
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'front-end', private: true, type: 'module' }))
  for (const { file, text } of blocks) {
    if (!file) continue
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), text)
  }
})
afterAll(async () => {
  await mesh?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Not in one breath: the mesh that it asks answers in this process. */
function node(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ status: number | null; said: string }>(resolve => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
      env: { ...process.env, NODE_ENV: 'development', TERRANE_URL: mesh.gateway.url, NO_COLOR: '1', ...env },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => (said += piece))
    child.on('close', status => resolve({ status, said }))
  })
}

async function follow(command: string, env: Record<string, string> = {}) {
  const [npx, program, ...args] = command.split(' ')
  expect(npx).toBe('npx')
  const { bin, name } = {
    'graphql-codegen': { name: '@graphql-codegen/cli', bin: 'graphql-codegen' },
    tsc: { name: 'typescript', bin: 'tsc' },
  }[program!]!
  const described = JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8'))
  const file = path.join(ROOT, 'node_modules', name, described.bin[bin])
  return node([file, ...args], env)
}

const generateAndCompile = commands.filter(command => command.startsWith('npx '))

test('what the page installs is pinned here, in the versions that it names', () => {
  const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  const installed = commands
    .filter(command => command.startsWith('npm install'))
    .flatMap(line => line.split(' ').slice(2))
  const packages = installed.filter(name => !name.startsWith('--'))
  expect(packages.length).toBeGreaterThan(4)
  for (const one of packages) {
    const [, name, major] = /^(@?[^@]+)(?:@(\d+))?$/.exec(one)!
    const version =
      devDependencies[name!] ??
      JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name!, 'package.json'), 'utf8')).version
    expect([name, version.split('.')[0]]).toEqual([name, major ?? version.split('.')[0]])
  }
})

test('a field that the caller may not discover is told before anything runs', async () => {
  const file = path.join(folder, 'src', 'hidden.ts')
  writeFileSync(
    file,
    "import { graphql } from './graph'\nexport const HIDDEN = graphql(`query Hidden { ukSales { publication } }`)\n",
  )
  const visitor = await follow(generateAndCompile[0]!)
  rmSync(file)
  expect(visitor.status).not.toBe(0)
  expect(visitor.said).toMatch(/Cannot query field "ukSales"/)
})

test('types are generated and compile, and a wrong use of them does not', async () => {
  expect(generateAndCompile).toEqual(['npx graphql-codegen --config codegen.ts', 'npx tsc --noEmit'])
  for (const command of generateAndCompile) {
    const { status, said } = await follow(command)
    expect([command, status, status === 0 ? '' : said]).toEqual([command, 0, ''])
  }
  const file = path.join(folder, 'src', 'wrong.ts')
  writeFileSync(
    file,
    "import type { CountriesQuery } from './graph/graphql'\nexport const wrong = (data: CountriesQuery) => data.referenceGeography.countries\n",
  )
  const wrong = await follow(generateAndCompile[1]!)
  rmSync(file)
  expect(wrong.said).toMatch(/wrong\.ts.*TS18047|possibly 'null'|possibly 'undefined'/)
})

test('the query answers, with the types it was compiled with', async () => {
  const built = path.join(folder, 'built')
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const compiled = await node([tsc, '--outDir', built])
  expect(compiled).toEqual({ status: 0, said: '' })
  // As a bundler would: the page's imports name no files.
  writeFileSync(path.join(built, 'run.mjs'), RUN)
  writeFileSync(path.join(built, 'listen.mjs'), LISTEN)
  const answer = await node([path.join(built, 'run.mjs')])
  expect(answer.status === 0 ? JSON.parse(answer.said) : answer).toEqual(['GB United Kingdom', 'FR France'])
})

test('publications are heard of, until nobody wants to hear more', async () => {
  const running = node([path.join(folder, 'built', 'listen.mjs')])
  // Until its stream is open there is nobody to tell.
  while (!mesh.log.some(({ message }) => message === 'Subscription opened'))
    await new Promise(resolve => setTimeout(resolve, 20))
  const publication = reference.publish()
  const answer = await running
  expect(answer.status === 0 ? JSON.parse(answer.said) : answer).toEqual([publication])
})

const LISTEN = `const { connectWithEvents, onPublished } = await import('./published.js')
const client = connectWithEvents(process.env.TERRANE_URL)
const stop = onPublished(client, publication => {
  console.log(JSON.stringify([publication]))
  stop()
}, error => { throw error })
`

const RUN = `import { readFileSync, writeFileSync } from 'node:fs'
for (const [file, from, to] of [
  ['countries.js', "'./graph'", "'./graph/index.js'"],
  ['published.js', "'./graph'", "'./graph/index.js'"],
  ['graph/index.js', '"./fragment-masking"', '"./fragment-masking.js"'],
  ['graph/index.js', '"./gql"', '"./gql.js"'],
  ['graph/gql.js', "'./graphql'", "'./graphql.js'"],
]) {
  const at = new URL(file, import.meta.url)
  writeFileSync(at, readFileSync(at, 'utf8').replaceAll(from, to))
}
const { countryNames } = await import('./countries.js')
console.log(JSON.stringify(await countryNames(process.env.TERRANE_URL)))
`
