import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../processes/processes.js'

/** What people type, what they get, and with which exit code. */

const ROOT = path.resolve(__dirname, '..', '..', '..')
const PRODUCTS = path.join(ROOT, 'subgraphs')

let folder: string
const started: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-command-line-'))
})
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  exit: number | null
  out: string
  err: string
}

function begin(script: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [path.join(ROOT, 'scripts', 'bin', script), ...args], {
    cwd: ROOT,
    env: { ...process.env, TERRANE_HOME: path.join(folder, 'home'), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const ended: Ended = { exit: null, out: '', err: '' }
  child.stdout.on('data', chunk => {
    ended.out += chunk
  })
  child.stderr.on('data', chunk => {
    ended.err += chunk
  })
  const end = new Promise<Ended>(resolve => {
    child.on('close', exit => resolve({ ...ended, exit }))
  })
  const says = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const found = ended.out.match(pattern)
        if (found) resolve(found)
      }
      child.stdout.on('data', look)
      child.on('close', () => reject(new Error(`it ended without saying ${pattern}:\n${ended.out}\n${ended.err}`)))
      look()
    })
  return { child, end, says }
}

const terrane = (args: string[], env?: Record<string, string>) => begin('terrane.js', args, env).end

/** A copy of a product that a test may spoil. */
function copyOf(product: string): string {
  const copy = path.join(folder, 'products', product)
  mkdirSync(path.dirname(copy), { recursive: true })
  cpSync(path.join(PRODUCTS, product), copy, { recursive: true })
  return copy
}

function spoil(file: string, from: string, to: string): number {
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`)
  writeFileSync(file, text.replace(from, to))
  return text.slice(0, text.indexOf(from)).split('\n').length
}

async function takenPort(): Promise<{ server: Server; listenPort: string }> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, listenPort: String((server.address() as { port: number }).port) }
}

describe('check', () => {
  /** Where nothing is published, so that what is checked is composed with what is beside it alone. */
  const alone = () => ['--published', path.join(folder, 'published')]

  test('the demo is in order', async () => {
    const { exit, out } = await terrane(['check', 'subgraphs', '--json'])
    expect(exit).toBe(0)
    const facts = JSON.parse(out) as { ok: boolean; products: { name: string; problems: unknown[] }[] }
    expect(facts.ok).toBe(true)
    const folders = readdirSync(PRODUCTS).filter(name => existsSync(path.join(PRODUCTS, name, 'product.odps.yaml')))
    expect(facts.products.map(({ name }) => name)).toEqual(folders.sort())
  })

  test('what ends it is told to programs too', async () => {
    const { exit, out, err } = await terrane(['check', '/nonexist', '--json'])
    expect([exit, JSON.parse(out)]).toEqual([
      2,
      { ok: false, exit: 2, message: 'There is no folder /nonexist.', problems: [] },
    ])
    expect(err).toContain('There is no folder /nonexist.')
  })

  test('a mistake in a contract is told with its place and what to do', async () => {
    const product = copyOf('uk-sales')
    const line = spoil(
      path.join(product, 'contracts', 'orders.odcs.yaml'),
      'logicalType: timestamp',
      'logicalType: tme',
    )
    const { exit, out } = await terrane(['check', product])
    expect(exit).toBe(1)
    expect(out).toMatch(new RegExp(`✖ .+\\n {2}at .*orders\\.odcs\\.yaml:${line}:\\d+\\n {2}\\S.+`))
  })

  test('SQL that reads what it may not is a finding at its line', async () => {
    const product = copyOf('uk-sales')
    const file = path.join(product, 'pipeline', 'output', 'orders.sql')
    const line = spoil(file, 'FROM abstraction.orders_clean', "FROM read_csv('/etc/passwd')")
    const { exit, out } = await terrane(['check', product, '--json', ...alone()])
    expect(exit).toBe(1)
    const { products } = JSON.parse(out) as { products: { problems: { file?: string; line?: number }[] }[] }
    expect(products[0]!.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', file: expect.stringMatching(/orders\.sql$/), line }),
    )
  })

  test('SQL that makes another column than the contract promises is a finding at its place', async () => {
    const product = copyOf('uk-sales')
    const model = path.join(product, 'pipeline', 'output', 'orders.sql')
    const line = spoil(model, '  product_category,', '  product_category AS category,')
    const { exit, out } = await terrane(['check', product, ...alone()])
    expect(exit).toBe(1)
    expect(out).toMatch(
      new RegExp(
        `✖ uk-sales: orders has a column category.*\\n {2}at \\S+/pipeline/output/orders\\.sql:${line}:3\\n {2}\\S`,
      ),
    )
    expect(out).toMatch(
      /✖ uk-sales: orders lacks product_category, .*\n {2}at \S+\/pipeline\/output\/orders\.sql:\d+:\d+\n {2}\S/,
    )
  })

  test('what another product feeds is held against its contract, where its folder is beside; else that is said', async () => {
    const fed = copyOf('europe-sales')
    const unknown = await terrane(['check', fed, ...alone()])
    // Whose classification nobody can tell here counts as the strictest.
    expect([unknown.exit, unknown.out]).toEqual([
      1,
      expect.stringMatching(
        /! europe-sales: Input port uk_orders is fed by .*uk-sales\.orders[\s\S]*UPSTREAM_CLASSIFICATION_UNKNOWN/,
      ),
    ])
    const published = await terrane(['check', fed])
    expect([published.exit, published.out]).toEqual([0, expect.not.stringContaining('uk_orders')])
    for (const product of ['uk-sales', 'france-sales', 'germany-sales', 'reference-geography']) copyOf(product)
    const beside = await terrane(['check', fed, ...alone()])
    expect([beside.exit, beside.out]).toEqual([0, expect.not.stringContaining('uk_orders')])
    const contract = path.join(folder, 'products', 'uk-sales', 'contracts', 'orders.odcs.yaml')
    spoil(contract, 'logicalType: timestamp', 'logicalType: string')
    const changed = await terrane(['check', fed, ...alone()])
    expect(changed.exit).toBe(1)
    expect(changed.out).toMatch(/date_trunc.*\n {2}at \S+\/pipeline\/abstraction\/\S+\.sql:\d+:\d+/)
  })

  test('a folder that is none is wrong usage', async () => {
    const { exit, err } = await terrane(['check', 'no/such/folder'])
    expect([exit, err]).toEqual([2, '✖ There is no folder no/such/folder.\n'])
  })
})

describe('run', () => {
  test('tells which rows were left out, where and why, and where all of them are', async () => {
    const product = path.join(folder, 'products', 'harbour')
    cpSync(path.join(ROOT, 'test', 'scenarios', 'harbour', 'product'), product, { recursive: true })
    // One promise may be kept by two ports; it is one promise all the same.
    spoil(
      path.join(product, 'product.odps.yaml'),
      'outputPorts:',
      'outputPorts:\n  - { name: again, version: 1.0.0, contractId: harbour.register }',
    )
    const sources = path.join(folder, 'sources')
    mkdirSync(sources)
    const bad = Array.from({ length: 5 }, (_, at) => `S10${at},Ship,GB,1960-13-01,1`)
    writeFileSync(
      path.join(sources, 'ships.csv'),
      ['ship_id,name,flag,built,tonnage', 'S001,Ship,GB,1960-01-01,1', ...bad, ''].join('\n'),
    )
    const calls = 'call_id,ship_id,arrived_at,berth,fee,pilot_name,remark,profit\n1,S001,2026-01-01,1,1,P,R,2\n'
    writeFileSync(path.join(sources, 'calls.csv'), calls)
    const run = () => terrane(['run', product], { HARBOUR_SOURCES: sources })
    const good = await run()
    expect(good.exit).toBe(0)
    expect(good.out).toMatch(
      /! harbour: ships, in quarantine +5 rows\n(?: {4}ships\.csv:[345] built is not a date\n){3} {2}all of them: \/data\/ports\/north\/harbour\/1\/observability\/quarantine\/ships\n/,
    )
    spoil(path.join(product, 'pipeline', 'output', 'ships.sql'), 'name', 'nme')
    const failed = await run()
    expect(failed.exit).toBe(1)
    expect(failed.out.match(/^[✖!] .*/gm)).toEqual([
      expect.stringMatching(/^✖ harbour +not published/),
      expect.stringMatching(/^! harbour: ships, in quarantine +5 rows/),
      expect.stringMatching(/^✖ output\.ships: .*"nme"/),
    ])
  })
})

describe('token', () => {
  test('prints a token and nothing else, offline', async () => {
    const { exit, out, err } = await terrane(['token', '--as', 'analyst'])
    expect([exit, err]).toEqual([0, ''])
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const claims = JSON.parse(Buffer.from(out.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
    expect(claims).toMatchObject({ sub: 'analyst', roles: ['analyst'] })
  })

  test('of nobody there is none', async () => {
    const { exit, out, err } = await terrane(['token', '--as', 'root'])
    expect([exit, out]).toEqual([2, ''])
    expect(err).toMatch(/visitor, analyst, uk-manager, steward, admin/)
  })
})

describe('usage and reach', () => {
  test.each([
    ['an unknown command', ['conquer'], 2],
    ['help', ['--help'], 0],
    ['a gateway of everything', ['gateway', '--supergraph', 'no.graphql', '--product', 'http://127.0.0.1:9'], 2],
    ['a gateway of a file that is not there', ['gateway', '--supergraph', 'no.graphql'], 2],
    [
      'a gateway of a supergraph that nobody serves',
      ['gateway', '--supergraph', 'http://127.0.0.1:9/', '--port', '0'],
      3,
    ],
    ['publishing to nobody', ['publish', 'http://127.0.0.1:9', '--gateway', 'http://127.0.0.1:9'], 3],
    ['running what is no product', ['run', '.'], 2],
  ])('%s', async (_what, args, expected) => {
    const { exit, out, err } = await terrane(args)
    expect(exit).toBe(expected)
    expect(out + err).not.toMatch(/^ +at .*\.js:\d+/m)
    expect(out + err).not.toBe('')
  })

  test.each([
    ['terrane.js', ['token', '--as', 'analyst']],
    ['start.js', []],
  ])('%s names the variable of a collector that is none', async (script, args) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318', PORT: '0' }
    const { exit, out, err } = await begin(script, args, env).end
    const told = 'OTEL_EXPORTER_OTLP_ENDPOINT must be an address such as http://collector:4318, not "collector:4318".'
    expect([exit, err]).toEqual([2, `✖ ${told}\n`])
    // Nothing but that it was built, where it was.
    expect(out).toMatch(/^(✔ built .*\n)?$/)
  })

  test('--version prints the version and nothing else', async () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(await terrane(['--version'])).toEqual({ exit: 0, out: `${version}\n`, err: '' })
  })

  test.each([
    ['terrane.js', ['serve', 'subgraphs/reference-geography', '--no-run']],
    ['start.js', []],
  ])('%s %j: a taken port is one clear line', async (script, args) => {
    const { server, listenPort } = await takenPort()
    const { exit, err } = await begin(script, args, { PORT: listenPort }).end
    server.close()
    expect(exit).toBe(2)
    expect(err.trim().split('\n')).toEqual([expect.stringMatching(new RegExp(`${listenPort} is taken`))])
  })

  test('a data folder that cannot be is one clear line', async () => {
    writeFileSync(path.join(folder, 'file'), '')
    const { exit, err } = await begin('start.js', [], { TERRANE_HOME: path.join(folder, 'file', 'home'), PORT: '0' })
      .end
    expect(exit).toBe(2)
    expect(err.trim().split('\n')).toEqual([expect.stringMatching(/TERRANE_HOME/)])
  })
})

describe('run and serve', () => {
  const sources = async () => {
    const { generateSources } = jest.requireActual('@terrane/scripts') as typeof import('@terrane/scripts')
    return (await generateSources(path.join(folder, 'home'), { today: new Date('2026-03-01'), orders: 200 })).folder
  }

  test('a run publishes; the same input again publishes nothing new', async () => {
    const env = { TERRANE_SOURCES: await sources() }
    const first = await terrane(['run', 'subgraphs/uk-sales', '--json'], env)
    expect(first.exit).toBe(0)
    expect(JSON.parse(first.out)).toMatchObject({ product: 'uk-sales', state: 'PUBLISHED', publication: 1 })
    const second = await terrane(['run', 'subgraphs/uk-sales', '--json'], env)
    expect(JSON.parse(second.out)).toMatchObject({ state: 'UNCHANGED' })
  })

  test('a product by itself answers what is public and health, and joins a mesh while that runs', async () => {
    const env = { TERRANE_SOURCES: await sources() }
    const alone = begin('terrane.js', ['serve', 'subgraphs/reference-geography', '--port', '0'], env)
    const [, url] = await alone.says(/is ready at (http:\S+)/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const ask = async (base: string, query: string) =>
      (
        await fetch(`${base}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        })
      ).json()
    const query = '{ referenceGeography { country(code: "FR") { name } } }'
    const answer = { data: { referenceGeography: { country: { name: 'France' } } } }
    expect(await ask(url!, query)).toMatchObject(answer)

    const gateway = begin('terrane.js', ['gateway', '--product', url!, '--port', '0'], env)
    const [, mesh] = await gateway.says(/is ready at (http:\S+)/)
    expect(await ask(mesh!, query)).toMatchObject(answer)

    gateway.child.kill('SIGINT')
    alone.child.kill('SIGINT')
    expect([(await gateway.end).exit, (await alone.end).exit]).toEqual([0, 0])
  })
})

describe('dev', () => {
  test('what is saved is run and served; what cannot be read leaves what was there before', async () => {
    const { generateSources } = jest.requireActual('@terrane/scripts') as typeof import('@terrane/scripts')
    const sources = await generateSources(path.join(folder, 'home'), { today: new Date('2026-03-01'), orders: 10 })
    const product = copyOf('reference-geography')
    const { child, end, says } = begin('terrane.js', ['dev', product, '--port', '0'], {
      TERRANE_SOURCES: sources.folder,
    })
    const [, url] = await says(/ready at (http:\S+)/)
    const nameOfFrance = async () => {
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ referenceGeography { country(code: "FR") { name } } }' }),
      })
      const { data } = (await answer.json()) as { data: { referenceGeography: { country: { name: string } } } }
      return data.referenceGeography.country.name
    }
    expect(await nameOfFrance()).toBe('France')

    spoil(path.join(product, 'pipeline', 'output', 'countries.sql'), ' name,', ' upper(name) AS name,')
    await says(/serving again at/)
    expect(await nameOfFrance()).toBe('FRANCE')

    spoil(path.join(product, 'product.odps.yaml'), 'apiVersion', 'apiVersio')
    await says(/not taken: what was there before goes on serving/)
    expect(await nameOfFrance()).toBe('FRANCE')

    child.kill('SIGINT')
    expect((await end).exit).toBe(0)
  })
})

describe('doctor', () => {
  interface Found {
    ok: boolean
    looked: { what: string; state: string; found: string; hint?: string }[]
  }
  const about = (out: string, what: string) => (JSON.parse(out) as Found).looked.find(one => one.what === what)

  test('finds a machine that can run Terrane well', async () => {
    const { exit, out } = await terrane(['doctor', '--json'], { PORT: '0' })
    expect(JSON.parse(out)).toMatchObject({ ok: true })
    expect(about(out, 'better-sqlite3')).toMatchObject({ state: 'fine' })
    expect(exit).toBe(0)
  })

  test('a home that cannot be is for whoever configures, with what to do', async () => {
    writeFileSync(path.join(folder, 'file'), '')
    const { exit, out } = await terrane(['doctor'], { PORT: '0', TERRANE_HOME: path.join(folder, 'file', 'home') })
    expect(out).toMatch(/home .*cannot be written[^\n]*\n {2}Set TERRANE_HOME/)
    expect(exit).toBe(2)
  })

  test('a database and a mesh that are away are unreachable, and no password is shown', async () => {
    const listenPort = await freePort()
    const { exit, out } = await terrane(['doctor', '--json'], {
      PORT: '0',
      TERRANE_DATABASE_URL: `mysql://anna:hush@127.0.0.1:${listenPort}/data`,
      TERRANE_MESH_URL: `http://127.0.0.1:${listenPort}`,
    })
    expect(exit).toBe(3)
    expect(about(out, 'database')).toMatchObject({
      state: 'failed',
      hint: expect.stringMatching(/TERRANE_DATABASE_URL/),
    })
    expect(about(out, 'mesh')).toMatchObject({ state: 'failed', hint: expect.stringMatching(/TERRANE_MESH_URL/) })
    expect(out).not.toContain('hush')
  })

  test('a taken port is told, and no reason not to run', async () => {
    const { server, listenPort } = await takenPort()
    const { exit, out } = await terrane(['doctor', '--json'], { PORT: listenPort })
    expect(about(out, `port ${listenPort}`)).toMatchObject({ state: 'warned', found: 'taken' })
    expect(exit).toBe(0)
    server.close()
  })
})
