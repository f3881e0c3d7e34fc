import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Who asks for a token does not wait for the parts of a gateway: what a process has loaded when it ends. */

const ROOT = path.resolve(__dirname, '..', '..', '..')
const COMMAND_LINE = path.join(ROOT, 'scripts', 'bin', 'terrane.js')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-loaded-'))
  const tell = `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADED, Object.keys(require.cache).join('\\n')))`
  writeFileSync(path.join(folder, 'tell.js'), tell)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The packages whose files it loaded. A server is told to stop once it is ready. */
async function packagesOf(...args: string[]): Promise<Set<string>> {
  const loaded = path.join(folder, 'loaded')
  const child = spawn(process.execPath, ['--require', path.join(folder, 'tell.js'), COMMAND_LINE, ...args], {
    cwd: ROOT,
    env: { ...process.env, TERRANE_HOME: path.join(folder, 'home'), LOADED: loaded },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.includes('is ready at')) child.kill('SIGTERM')
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
  const packages = await packagesOf('check', 'subgraphs/reference-geography')
  expect([...packages]).toEqual(expect.arrayContaining(['@apollo/composition', 'type-graphql']))
  expect([...ENGINES, '@apollo/server'].filter(name => packages.has(name))).toEqual([])
})

test("a gateway loads neither Apollo's nor a driver for a database that nobody named", async () => {
  const packages = await packagesOf('gateway', '--demo', '--port', '0')
  expect([...packages]).toEqual(expect.arrayContaining(['@apollo/server', 'typeorm']))
  expect(['@apollo/gateway', 'mysql2', '@duckdb/node-api'].filter(name => packages.has(name))).toEqual([])
})
