import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { issueToken } from '@terrane/gateway'
import { loadOrCreateKeys } from '@terrane/schema'
import { geography } from '../gateway/small-mesh.js'
import { ask, productFolder } from '../processes/processes.js'

/** Who asks for a token does not wait for the parts of a gateway: what a process has loaded when it ends, its threads included. */

const ROOT = path.resolve(__dirname, '..', '..', '..')
const COMMAND_LINE = path.join(ROOT, 'scripts', 'bin', 'terrane.js')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-loaded-'))
  // Threads have caches of their own, but load the same way.
  const tell = `const { load } = require('node:module').prototype
    require('node:module').prototype.load = function (file) {
      require('node:fs').appendFileSync(process.env.LOADED, file + '\\n')
      return load.call(this, file)
    }`
  writeFileSync(path.join(folder, 'tell.js'), tell)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const packagesOf = (...args: string[]) => packagesUntil(() => undefined, ...args)

/** The packages whose files it loaded. A server is told to stop once it is ready and `done` with. */
async function packagesUntil(done: (url: string) => unknown, ...args: string[]): Promise<Set<string>> {
  const loaded = path.join(folder, 'loaded')
  writeFileSync(loaded, '')
  const child = spawn(process.execPath, ['--require', path.join(folder, 'tell.js'), COMMAND_LINE, ...args], {
    cwd: ROOT,
    env: { ...process.env, TERRANE_HOME: path.join(folder, 'home'), LOADED: loaded },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.on('data', async (chunk: Buffer) => {
    const [, url] = /is ready at (http:\S+)/.exec(String(chunk)) ?? []
    if (!url) return
    try {
      await done(url)
    } finally {
      child.kill('SIGTERM')
    }
  })
  const exit = await new Promise(resolve => {
    child.on('close', resolve)
  })
  expect(exit).toBe(0)
  const names = readFileSync(loaded, 'utf8').matchAll(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)
  return new Set([...names].map(([, name]) => name!))
}

const ENGINES = ['@duckdb/node-api', 'better-sqlite3', 'mysql2', 'typeorm']
const GRAPH = ['@apollo/composition', '@apollo/server', 'graphql', 'type-graphql']

test.each([['--help'], ['--version'], ['token', '--as', 'analyst']])(
  'terrane %s loads neither engines nor the graph',
  async (...args) => {
    const packages = await packagesOf(...args)
    expect([...packages]).toContain('commander')
    expect([...ENGINES, ...GRAPH].filter(name => packages.has(name))).toEqual([])
  },
)

test('check loads what makes graphs, and no engine of its own process', async () => {
  // With nothing beside it that would be composed as well.
  const product = path.join(folder, 'products', 'reference-geography')
  cpSync(productFolder('reference-geography'), product, { recursive: true })
  const packages = await packagesOf('check', product, '--published', path.join(folder, 'published'))
  expect([...packages]).toEqual(expect.arrayContaining(['@apollo/composition', '@apollo/gateway', 'type-graphql']))
  expect([...ENGINES, '@apollo/server'].filter(name => packages.has(name))).toEqual([])
})

test("a gateway loads neither Apollo's nor a driver for a database that nobody named", async () => {
  const packages = await packagesOf('gateway', '--demo', '--port', '0')
  expect([...packages]).toEqual(expect.arrayContaining(['@apollo/server', 'typeorm']))
  expect(['@apollo/gateway', 'mysql2', '@duckdb/node-api'].filter(name => packages.has(name))).toEqual([])
})

test("nor does it for a product that it finds at its start; Apollo's judges what is published then", async () => {
  const home = path.join(folder, 'home')
  const { jwks } = await loadOrCreateKeys(home)
  const found = geography(jwks)
  const product = await found.listen()
  const start = ['gateway', '--demo', '--port', '0', '--product', product]
  const publish = async (url: string) =>
    fetch(`${url}/registry/products`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await issueToken({ home, as: 'admin' })}`,
      },
      body: JSON.stringify({ url: product }),
    })
  try {
    let answer: unknown
    const atStart = await packagesUntil(
      async url => {
        answer = await ask(url, '{ referenceGeography { countries { code } } }')
      },
      ...start,
    )
    expect(answer).toMatchObject({ data: { referenceGeography: { countries: [{}, {}] } } })
    expect([...atStart]).not.toContain('@apollo/gateway')

    let status: number | undefined
    const published = await packagesUntil(
      async url => {
        status = (await publish(url)).status
      },
      ...start,
    )
    expect(status).toBe(201)
    expect([...published]).toContain('@apollo/gateway')
  } finally {
    await found.die()
  }
})
