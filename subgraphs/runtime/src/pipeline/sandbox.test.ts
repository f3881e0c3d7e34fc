import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { watchResidentMemory } from './confine.js'
import type { RunJob, RunLimits, RunResult } from './job.js'
import { judgeModels, runPipeline } from './sandbox.js'
import { aJob, dataset, model, ORDERS, rule } from './test/jobs.js'

const DIST = path.resolve(__dirname, '..', '..', 'dist')
const ENDLESS = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT max(i)::VARCHAR FROM r'
const withCurrency = (sql: string) => model('orders', `SELECT order_id, amount, (${sql}) AS currency FROM input.orders`)

/** Runs and takes everything away again; `look` sees what is left before. */
async function run(
  models: RunJob['models'],
  more: Parameters<typeof aJob>[1] = {},
  limits: Partial<RunLimits> = {},
  look: (folder: string) => Promise<void> | void = () => {},
): Promise<RunResult> {
  const { job, remove } = aJob(models, more, limits)
  try {
    const result = await runPipeline(job)
    await look(job.outputFolder)
    return result
  } finally {
    remove()
  }
}

/** Children of a process that run a script of ours, by pid. */
function children(parent = process.pid, script = 'run-process'): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return state !== 'Z' && Number(ppid) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script)
      } catch {
        return false // it has just ended
      }
    })
}

describe('what a model must not do', () => {
  const eaters = {
    'strings grown by an aggregate': "SELECT string_agg(repeat('x', 1000000) || i, '') FROM range(100000) AS t(i)",
    'strings grown by repeat':
      "SELECT max(length(repeat(repeat('x', 100000), 30000) || i))::VARCHAR FROM range(10) AS t(i)",
    'lists grown by a lambda': 'SELECT len(list_transform(range(300000000), x -> [x, x]))::VARCHAR',
  }
  test.each(Object.entries(eaters))('eat memory: %s', async (_, sql) => {
    const result = await run([withCurrency(sql)], {}, { memoryMegabytes: 256 })
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'RUN_OUT_OF_MEMORY' }] })
    expect(result.problems[0]!.message).toContain('256 MB')
    expect(result.problems[0]!.message).toContain('output.orders')
  })

  const endless = {
    'a recursion': ENDLESS,
    'a join without a condition':
      'SELECT count(*)::VARCHAR FROM range(1000000000) AS x(i), range(1000000000) AS y(j) WHERE (i * j) % 7 = 1',
    'a regular expression':
      "SELECT count(*)::VARCHAR FROM range(1000000000) AS t(i) WHERE regexp_matches(repeat('a', 1000) || i, '(a*)*b')",
  }
  test.each(Object.entries(endless))('never end: %s', async (_, sql) => {
    let result: RunResult
    let seconds = 2
    // A busy machine may take that long to come to the model.
    do {
      result = await run([withCurrency(sql)], {}, { seconds })
      expect(result).toMatchObject({ ok: false, problems: [{ code: 'RUN_TIMEOUT' }] })
      seconds *= 2
    } while (seconds < 32 && !result.problems[0]!.message.includes('model'))
    // The step that is under way, not the last one that ended.
    expect(result.problems[0]!.message).toContain('at: model output.orders')
    expect(children()).toEqual([])
  })

  test('be anything but a judged SELECT, and then nothing of the run is run', async () => {
    const evil = [
      model('good', 'FROM input.orders', 'abstraction'),
      model('orders', "SELECT * FROM read_csv('/etc/passwd')"),
    ]
    const steps: string[] = []
    const { job, remove } = aJob(evil)
    const result = await runPipeline(job, ({ step }) => steps.push(step))
    remove()
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'SQL_FUNCTION_NOT_ALLOWED', line: 1, column: 15 }] })
    expect(steps).not.toContain('model')
  })

  test('tell of data in an error', async () => {
    const sql = 'SELECT order_id, CAST(currency AS INTEGER)::DECIMAL(12,2) AS amount, currency FROM input.orders'
    const csv = 'order_id,amount,currency\nA,1.50,"secret \'1\' and ""2"""\n'
    const result = await run([model('orders', sql)], { csv })
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'SQL_FAILED', file: 'pipeline/output/orders.sql' }] })
    expect(JSON.stringify(result)).not.toMatch(/secret/)
  })

  test('know the environment of who started it', async () => {
    process.env.TERRANE_TEST_SECRET = 'tell nobody'
    const { job, remove } = aJob([withCurrency(ENDLESS)], {}, { seconds: 20 })
    const stop = new AbortController()
    let environment = ''
    await runPipeline(
      job,
      ({ step }) => {
        if (step !== 'model') return
        environment = readFileSync(`/proc/${children()[0]}/environ`, 'utf8')
        stop.abort()
      },
      stop.signal,
    )
    remove()
    delete process.env.TERRANE_TEST_SECRET
    expect(environment).toContain('TZ=UTC')
    expect(environment).not.toContain('tell nobody')
    expect(environment).not.toContain('PATH=/')
  })
})

describe('the process', () => {
  /** Starts an endless run and does something to it once it is in the model. */
  async function disturb(act: (stop: AbortController) => void): Promise<RunResult> {
    const { job, remove } = aJob([withCurrency(ENDLESS)], {}, { seconds: 30 })
    const stop = new AbortController()
    try {
      return await runPipeline(job, ({ step }) => step === 'model' && act(stop), stop.signal)
    } finally {
      remove()
    }
  }

  test('killed from outside is a crash, told with its signal and step', async () => {
    const result = await disturb(() => process.kill(children()[0]!, 'SIGKILL'))
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'RUN_CRASHED' }] })
    expect(result.problems[0]!.message).toMatch(/SIGKILL.*output\.orders/)
  })

  test('ends on abort', async () => {
    expect(await disturb(stop => stop.abort())).toMatchObject({ ok: false, problems: [{ code: 'RUN_ABORTED' }] })
    expect(children()).toEqual([])
  })

  test('is not even started where the abort came before', async () => {
    const { job, remove } = aJob([withCurrency('SELECT 1')])
    expect(await runPipeline(job, undefined, AbortSignal.abort())).toMatchObject({
      problems: [{ code: 'RUN_ABORTED' }],
    })
    remove()
  })

  test('ends when its parent dies, whatever DuckDB is at', async () => {
    const program = `
      const { runPipeline } = require(${JSON.stringify(path.join(DIST, 'pipeline', 'sandbox.js'))})
      const { aJob } = require(${JSON.stringify(path.join(DIST, 'pipeline', 'test', 'jobs.js'))})
      const { job, folder } = aJob([${JSON.stringify(withCurrency(ENDLESS))}], {}, { seconds: 60 })
      runPipeline(job, ({ step }) => step === 'model' && process.stdout.write(folder))`
    const parent = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const folder = await new Promise<string>(resolve => parent.stdout.on('data', said => resolve(String(said))))
    const [child] = children(parent.pid)
    expect(child).toBeDefined()
    parent.kill('SIGKILL')
    for (let i = 0; i < 800 && existsSync(`/proc/${child}`); i++) await sleep(50)
    rmSync(folder, { recursive: true })
    expect(existsSync(`/proc/${child}`)).toBe(false)
  })

  test('without ulimit is watched by its resident memory', async () => {
    const eater = spawn(process.execPath, ['-e', 'const a = []; setInterval(() => a.push(Buffer.alloc(8e6, 1)), 5)'])
    const exceeded = await new Promise<string>(resolve => {
      watchResidentMemory(eater, 200, () => resolve('exceeded'))
      eater.once('exit', () => resolve('ended by itself'))
    })
    eater.kill('SIGKILL')
    expect(exceeded).toBe('exceeded')
  })

  describe('that writes rows', () => {
    /** Acts while it does. */
    async function whileWriting(act: (child: number, stop: AbortController) => void) {
      const sql =
        "SELECT 'K' || i AS order_id, 1.5::DECIMAL(12,2) AS amount, 'EUR' AS currency FROM range(1000000) r(i)"
      const { job, remove } = aJob([model('orders', sql)])
      const stop = new AbortController()
      const onProgress = ({ step, detail }: { step: string; detail?: string }) => {
        if (step === 'rows' && detail === undefined) act(children()[0]!, stop)
      }
      const result = await runPipeline(job, onProgress, stop.signal)
      remove()
      return result
    }

    test('fails the run if it is killed', async () => {
      const result = await whileWriting(child => process.kill(child, 'SIGKILL'))
      expect(result).toMatchObject({ ok: false, problems: [{ code: 'RUN_CRASHED' }] })
      expect(result.problems[0]!.message).toContain('rows')
    })

    test('ends on abort', async () => {
      const result = await whileWriting((_, stop) => stop.abort())
      expect(result).toMatchObject({ ok: false, problems: [{ code: 'RUN_ABORTED' }] })
    })
  })

  test('loads nothing of the graph: it must start fast', async () => {
    const program = `
      require(${JSON.stringify(path.join(DIST, 'pipeline', 'judge.js'))})
      require(${JSON.stringify(path.join(DIST, 'pipeline', 'execute.js'))})
      require(${JSON.stringify(path.join(DIST, 'pipeline', 'quality.js'))})
      require(${JSON.stringify(path.join(DIST, 'input-layer', 'typing.js'))})
      require(${JSON.stringify(path.join(DIST, 'output-layer', 'write-rows.js'))})
      process.stdout.write(Object.keys(require.cache).join('\\n'))`
    const child = spawn(process.execPath, ['-e', program])
    let loaded = ''
    for await (const chunk of child.stdout) loaded += chunk
    expect(loaded).toMatch(/duckdb/)
    expect(
      loaded.split('\n').filter(file => /node_modules\/(graphql|type-graphql|typeorm|@apollo)\//.test(file)),
    ).toEqual([])
  })
})

describe('a run', () => {
  test('makes what is promised and nothing else, and tells of it', async () => {
    const models = [
      model('orders', 'SELECT * FROM abstraction.clean ORDER BY order_id'),
      model(
        'clean',
        "SELECT * REPLACE (upper(currency) AS currency) FROM input.orders WHERE order_id <> 'C'",
        'abstraction',
      ),
    ]
    const { job, remove } = aJob(models, { csv: 'order_id,amount,currency\nB,2.25,gbp\nA,1.50,eur\nC,9,eur\n' })
    const told: object[] = []
    const result = await runPipeline(job, message => told.push(message))
    expect(result).toMatchObject({
      ok: true,
      problems: [],
      inputs: [{ port: 'orders', rows: 3, quarantined: 0 }],
      datasets: [{ dataset: 'orders', rows: 2 }],
      lineage: [
        { from: 'abstraction.clean', to: 'output.orders' },
        { from: 'input.orders', to: 'abstraction.clean' },
      ],
    })
    expect(result.quality.every(({ passed }) => passed)).toBe(true)
    expect(told).toContainEqual({
      type: 'progress',
      step: 'model',
      detail: 'abstraction.clean',
      rows: 2,
      seconds: expect.any(Number),
    })

    expect(readdirSync(job.outputFolder).sort()).toEqual(['columns.duckdb', 'rows.sqlite'])
    const instance = await DuckDBInstance.create(path.join(job.outputFolder, 'columns.duckdb'), {
      access_mode: 'READ_ONLY',
    })
    const connection = await instance.connect()
    const tables = await connection.runAndReadAll('SELECT table_name FROM duckdb_tables()')
    const rows = await connection.runAndReadAll('SELECT order_id, amount, currency FROM orders')
    connection.closeSync()
    instance.closeSync()
    remove()
    expect(tables.getRowsJson()).toEqual([['orders']])
    expect(rows.getRowsJson()).toEqual([
      ['A', '1.50', 'EUR'],
      ['B', '2.25', 'GBP'],
    ])
  })

  test('of an empty file makes an empty dataset', async () => {
    const result = await run([model('orders', 'FROM input.orders')], { csv: 'order_id,amount,currency\n' })
    expect(result).toMatchObject({ ok: true, datasets: [{ dataset: 'orders', rows: 0 }] })
  })

  test('that breaks its contract is not ok and says why', async () => {
    const csv = 'order_id,amount,currency\nA,1,EUR\nA,2,EUR\n'
    const result = await run([model('orders', 'FROM input.orders')], { csv })
    expect(result).toMatchObject({
      ok: false,
      problems: [{ code: 'CONTRACT_BROKEN_PRIMARY_KEY', file: 'contracts/orders.odcs.yaml', line: 5 }],
    })
    expect(result.problems[0]!.message).toContain('order_id = A')
  })

  test('whose row store is not there says so, and not its password', async () => {
    const url = 'mysql://root:hunter2@127.0.0.1:9/terrane' // the discard port: nobody listens
    const result = await run([model('orders', 'FROM input.orders')], {
      rows: { kind: 'mysql', url, tables: { orders: 'orders__p1' } },
    })
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'STORE_UNAVAILABLE' }] })
    expect(result.problems[0]!.message).toContain('ECONNREFUSED')
    expect(JSON.stringify(result)).not.toContain('hunter2')
  })

  test('dry, shows up to twenty rows of one model and keeps nothing', async () => {
    const models = [
      model(
        'many',
        "SELECT i, 1.50::DECIMAL(12,2) AS d, TIMESTAMP '2026-01-02 03:04:05' AS t, [i] AS l FROM range(100) AS r(i)",
        'abstraction',
      ),
      model('other', 'SELECT no_such_column FROM input.orders', 'abstraction'),
      model('orders', 'FROM input.orders'),
    ]
    const result = await run(models, { kind: 'dry-run', dryRunModel: 'many' }, {}, folder => {
      expect(readdirSync(folder)).toEqual([])
    })
    expect(result).toMatchObject({ ok: true, datasets: [], sample: { rowCount: 100 } })
    expect(result.sample!.rows).toHaveLength(20)
    expect(result.sample!.rows[3]).toEqual({ i: '3', d: '1.50', t: '2026-01-02T03:04:05.000000Z', l: '[3]' })
  })

  test('dry, of an output model also says where the contract would be broken', async () => {
    const models = [model('orders', 'SELECT order_id, 1.5::DOUBLE AS amount FROM input.orders')]
    const result = await run(models, { kind: 'dry-run', dryRunModel: 'orders' })
    expect(result.problems.map(({ code }) => code)).toEqual(['CONTRACT_BROKEN_TYPE', 'CONTRACT_BROKEN_COLUMN_MISSING'])
    expect(result).toMatchObject({ ok: false, sample: { rowCount: 2 } })
  })

  describe('dry, refuses what a run would refuse', () => {
    const csv = 'order_id,amount,currency\nA,1.50,EUR\nB,2.25,GBP\n,9.99,SECRET\n'
    const ruled = dataset('orders', ORDERS.properties, {
      primaryKey: ['order_id'],
      quality: [rule('rowCount', { id: 'some', comparison: { op: 'mustBeGreaterThan', value: 0 } })],
    })
    const outcomes = async (abstraction: string, output: string, promised = ORDERS) => {
      const models = [model('clean', abstraction, 'abstraction'), model('orders', output)]
      const more = { csv, datasets: [promised] }
      const codes = ({ problems }: { problems: { code: string }[] }) => problems.map(({ code }) => code)
      const published = await run(models, more)
      const dry = await run(models, { ...more, kind: 'dry-run', dryRunModel: 'clean' }, {}, folder => {
        expect(readdirSync(folder)).toEqual([])
      })
      expect([dry.ok, codes(dry)]).toEqual([published.ok, codes(published)])
      return dry
    }
    const ALL = 'FROM abstraction.clean'

    test.each<[string, string, string, string]>([
      ['a lossy number', 'SELECT * REPLACE (amount / 3::DECIMAL(12,2) AS amount)', ALL, 'CONTRACT_BROKEN_TYPE'],
      ['a value that does not fit', 'SELECT * REPLACE (1.005::DECIMAL(10,3) AS amount)', ALL, 'CONTRACT_BROKEN_VALUES'],
      ['what is missing', 'SELECT *', ALL, 'CONTRACT_BROKEN_PRIMARY_KEY'],
      ['a key twice', "SELECT * REPLACE ('A' AS order_id)", ALL, 'CONTRACT_BROKEN_PRIMARY_KEY'],
      ['a rule of quality', 'SELECT *', `${ALL} WHERE false`, 'CONTRACT_BROKEN_QUALITY'],
      ['a column that an output needs', 'SELECT order_id, amount', ALL, 'CONTRACT_BROKEN_COLUMN_MISSING'],
      [
        'a type that an output calculates with',
        'SELECT * REPLACE ([1] AS amount)',
        `SELECT * REPLACE (amount * 2 AS amount) ${ALL}`,
        'SQL_INVALID',
      ],
    ])('%s, in the output below', async (_, abstraction, output, code) => {
      const dry = await outcomes(`${abstraction} FROM input.orders`, output, ruled)
      expect(dry.problems.map(problem => problem.code)).toContain(code)
      expect(dry.sample?.rowCount).toBe(3)
    })

    test('and takes what a run takes', async () => {
      const dry = await outcomes("SELECT * FROM input.orders WHERE order_id <> ''", ALL, ruled)
      expect(dry).toMatchObject({
        ok: true,
        problems: [],
        sample: { rowCount: 2 },
        datasets: [{ dataset: 'orders', rows: 2 }],
      })
    })

    test('an output that the model does not feed is no matter of it', async () => {
      const models = [model('clean', 'FROM input.orders', 'abstraction'), model('orders', 'SELECT 1 AS nothing')]
      expect(await run(models, { kind: 'dry-run', dryRunModel: 'clean' })).toMatchObject({ ok: true, problems: [] })
    })

    test('without values it tells neither which rows nor how many', async () => {
      const secret =
        "SELECT * REPLACE (currency || 'SECRET' AS order_id, NULL AS amount) FROM input.orders UNION ALL BY NAME"
      const models = [model('orders', `${secret} ${secret.replace(/ UNION.*/, '')}`)]
      const told = await run(models, { csv, datasets: [ruled], kind: 'dry-run', dryRunModel: 'orders' })
      expect(JSON.stringify(told.problems)).toMatch(/SECRET/)
      const hushed = await run(models, {
        csv,
        datasets: [ruled],
        kind: 'dry-run',
        dryRunModel: 'orders',
        withoutValues: true,
      })
      expect(hushed.problems.map(({ code }) => code)).toEqual(told.problems.map(({ code }) => code))
      const messages = hushed.problems.map(({ message }) => message).join()
      expect(messages).toMatch(/in some rows/)
      expect(messages).not.toMatch(/SECRET|\d/)
    })
  })
})

describe('a judgement', () => {
  const judged = (...models: RunJob['models']) => judgeModels({ models, datasets: [ORDERS], inputPorts: [] })

  test('tells of every model at once, in its file', async () => {
    const verdict = await judged(
      model('orders', 'SELECT *\nFROM abstraction.cleen'),
      model('clean', 'SELECT 1 +', 'abstraction'),
      model('rest', 'DROP TABLE x', 'abstraction'),
    )
    expect(verdict.problems).toMatchObject([
      { code: 'SQL_SYNTAX', file: 'pipeline/abstraction/clean.sql' },
      { code: 'SQL_NOT_ONE_SELECT', file: 'pipeline/abstraction/rest.sql' },
      {
        code: 'SQL_TABLE_UNKNOWN',
        file: 'pipeline/output/orders.sql',
        line: 2,
        column: 6,
        hint: 'Did you mean abstraction.clean?',
      },
    ])
  })

  test('ends, whatever it is given', async () => {
    const deep = `SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`
    const wide = `SELECT ${Array.from({ length: 20_000 }, (_, i) => i).join(' + ')}`
    const verdict = await judged(model('orders', deep), model('wide', wide, 'abstraction'))
    expect(verdict.problems.length).toBeGreaterThan(0)
  })
})
