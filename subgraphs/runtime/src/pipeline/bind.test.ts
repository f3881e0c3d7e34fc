import type { Model } from '@terrane/schema'
import { judgeModels, runPipeline } from './sandbox.js'
import { aJob, dataset, model, ORDERS, property } from './test/jobs.js'

/** What a check says without data, and what a run then says with it. */
const INPUT = [
  {
    port: 'orders',
    properties: [property('order_id', 'string'), property('amount', 'decimal'), property('currency', 'string')],
  },
]
const CSV = 'order_id,amount,currency\nA,1.50,EUR\n'

const checked = async (models: Model[], datasets = [ORDERS]) =>
  (await judgeModels({ models, datasets, inputPorts: [{ name: 'orders' } as never] }, INPUT)).problems

async function run(models: Model[], datasets = [ORDERS]) {
  const { job, remove } = aJob(models, { datasets, csv: CSV })
  try {
    return (await runPipeline(job)).problems
  } finally {
    remove()
  }
}

describe('without data a check says what a run will say', () => {
  test.each<[string, Model[], [string, number, number][]]>([
    ['nothing, where all is in order', [model('orders', 'FROM input.orders')], []],
    [
      'a wrong type, at its column',
      [model('orders', 'SELECT order_id,\n  1.5::DOUBLE + 1 AS amount,\n  currency\nFROM input.orders')],
      [['CONTRACT_BROKEN_TYPE', 2, 3]],
    ],
    [
      'an extra column and a missing one',
      [model('orders', '-- all\nSELECT order_id, amount, currency AS curency\nFROM input.orders')],
      [
        ['CONTRACT_BROKEN_COLUMN_EXTRA', 2, 26],
        ['CONTRACT_BROKEN_COLUMN_MISSING', 2, 8],
      ],
    ],
    [
      'an extra column by a star',
      [model('orders', 'SELECT *\nFROM (SELECT *, 1 AS extra FROM input.orders)')],
      [['CONTRACT_BROKEN_COLUMN_EXTRA', 1, 8]],
    ],
    [
      'a column without a name, by its place',
      [
        model(
          'orders',
          'SELECT order_id, amount, currency,\n  1 + 1 FROM input.orders UNION ALL SELECT NULL, NULL, NULL, 0',
        ),
      ],
      [['CONTRACT_BROKEN_COLUMN_EXTRA', 2, 3]],
    ],
    [
      'a type that comes through another model',
      [
        model('priced', 'SELECT * REPLACE (amount::VARCHAR AS amount) FROM input.orders', 'abstraction'),
        model('orders', 'SELECT order_id, amount, currency FROM abstraction.priced'),
      ],
      [['CONTRACT_BROKEN_TYPE', 1, 18]],
    ],
    [
      'a column that is not there, once',
      [
        model('priced', 'SELECT order_id,\n  prize FROM input.orders', 'abstraction'),
        model('orders', 'SELECT order_id, prize AS amount, currency FROM abstraction.priced'),
      ],
      [['SQL_INVALID', 2, 3]],
    ],
  ])('%s', async (_, models, expected) => {
    const problems = await checked(models)
    expect(problems.map(({ code, line, column }) => [code, line, column])).toEqual(expected)
    expect(await run(models)).toEqual(problems)
  })

  test('values that may or may not fit are for the run', async () => {
    const models = [
      model('orders', 'SELECT order_id, amount * 1.005::DECIMAL(4,3) AS amount, currency FROM input.orders'),
    ]
    expect(await checked(models)).toEqual([])
    expect(await run(models)).toMatchObject([{ code: 'CONTRACT_BROKEN_VALUES', line: 1, column: 18 }])
  })

  test('every output is told, not the first only', async () => {
    const other = dataset('other', [property('x', 'integer')])
    const models = [model('orders', 'SELECT 1 AS order_id FROM input.orders'), model('other', "SELECT 'a' AS x")]
    expect((await checked(models, [ORDERS, other])).map(({ file }) => file)).toEqual([
      'pipeline/output/orders.sql',
      'pipeline/output/orders.sql',
      'pipeline/output/orders.sql',
      'pipeline/output/other.sql',
    ])
  })

  test('it computes nothing, however long that would take', async () => {
    const endless = 'SELECT sum(a.i * b.i) AS n FROM range(1000000000) AS a(i) CROSS JOIN range(1000000000) AS b(i)'
    const models = [
      model('endless', endless, 'abstraction'),
      model('orders', 'SELECT n::VARCHAR AS order_id, n AS amount, 1 AS currency FROM abstraction.endless'),
    ]
    expect((await checked(models)).map(({ code, message }) => [code, message])).toEqual([
      ['CONTRACT_BROKEN_TYPE', expect.stringContaining('orders.currency')],
    ])
  })

  test('what reads a port of unknown columns is left out, the rest is not', async () => {
    const inputPorts = [{ name: 'orders' }, { name: 'elsewhere' }] as never
    const other = dataset('other', [property('x', 'integer')])
    const models = [
      model('through', 'FROM input.elsewhere', 'abstraction'),
      model('orders', 'SELECT whatever FROM abstraction.through'),
      model('other', "SELECT 'a' AS x"),
    ]
    const { problems } = await judgeModels({ models, datasets: [ORDERS, other], inputPorts }, INPUT)
    expect(problems).toMatchObject([{ code: 'CONTRACT_BROKEN_TYPE', file: 'pipeline/output/other.sql' }])
  })
})
