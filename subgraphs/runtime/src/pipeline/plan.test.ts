import { plan, upTo } from './plan.js'
import { model } from './test/jobs.js'

const read = (table: string, line = 1) => {
  const [schema = '', name = ''] = table.split('.')
  return { schema, table: name, place: { file: `${line}.sql`, line, column: 6 } }
}
const abstraction = (name: string) => model(name, '', 'abstraction')

test('models run after what they read, otherwise in the order given', () => {
  const models = [model('orders', ''), abstraction('b'), abstraction('a'), abstraction('c')]
  const reads = new Map([
    ['orders', [read('abstraction.a'), read('abstraction.b')]],
    ['b', [read('input.sales')]],
    ['a', [read('abstraction.B')]], // names are not case-sensitive
    ['c', []],
  ])
  const made = plan(models, reads, ['sales'], ['orders'])
  expect(made.problems).toEqual([])
  expect(made.order).toEqual(['b', 'a', 'orders', 'c'])
  expect(made.lineage).toContainEqual({ from: 'abstraction.b', to: 'abstraction.a' })
  expect(upTo(made.order, made.lineage, models, 'a')).toEqual(['b', 'a'])
  expect(upTo(made.order, made.lineage, models, 'orders')).toEqual(['b', 'a', 'orders'])
})

test('a circle is named whole, at the read that closes it', () => {
  const models = [abstraction('entry'), abstraction('a'), abstraction('b'), abstraction('c')]
  const reads = new Map([
    ['entry', [read('abstraction.a')]],
    ['a', [read('abstraction.b', 2)]],
    ['b', [read('abstraction.c', 3)]],
    ['c', [read('abstraction.a', 4)]],
  ])
  const { problems } = plan(models, reads, [], [])
  expect(problems).toMatchObject([{ code: 'MODEL_CYCLE', file: '4.sql', line: 4 }])
  expect(problems[0]!.message).toContain('abstraction.a → abstraction.b → abstraction.c → abstraction.a')
})

test('a model that reads itself is a circle of one', () => {
  const { problems } = plan([abstraction('a')], new Map([['a', [read('abstraction.a')]]]), [], [])
  expect(problems[0]!.message).toContain('abstraction.a → abstraction.a')
})

test('unknown tables: the nearest, or all there are', () => {
  const reads = new Map([['a', [read('input.order'), read('input.weather')]]])
  const { problems } = plan([abstraction('a')], reads, ['orders'], [])
  expect(problems).toMatchObject([
    { code: 'SQL_TABLE_UNKNOWN', hint: 'Did you mean input.orders?' },
    { code: 'SQL_TABLE_UNKNOWN', hint: 'The tables are input.orders, abstraction.a.' },
  ])
})

test('output models cannot be read', () => {
  const reads = new Map([['a', [read('abstraction.orders')]]])
  const { problems } = plan([abstraction('a'), model('orders', '')], reads, [], ['orders'])
  expect(problems).toMatchObject([{ code: 'SQL_TABLE_UNKNOWN' }])
})

test('models and promises belong together, and names are there once', () => {
  const models = [model('orders', ''), model('Orders', '', 'abstraction'), model('extra', '')]
  const { problems } = plan(models, new Map(), [], ['orders', 'returns'])
  expect(problems.map(({ code }) => code)).toEqual(['MODEL_TWICE', 'MODEL_NOT_PROMISED', 'MODEL_MISSING'])
})
