import { Repeats, readIn } from './repeats.js'

const reads = [{ dataset: 'entries', publication: 17, properties: ['id'] }]
const said = (more: object = {}, beside: object = {}) =>
  ({
    ...{
      data: {},
      extensions: { terrane: { repeatable: { decision: 'f', publicationId: 'monday', reads, ...more } } },
    },
    ...beside,
  }) as never

test('an answer is given again that its product calls so, of the very decision that it was handed', () => {
  expect(readIn(said(), 'f')).toEqual({ publicationId: 'monday', reads })
  expect(readIn(said(), 'g')).toBeUndefined()
  expect(readIn(said(), undefined)).toBeUndefined()
  expect(readIn(said({ decision: undefined }), undefined)).toBeUndefined()
  expect(readIn({} as never, 'f')).toBeUndefined()
  expect(readIn(said({ publicationId: 7 }), 'f')).toBeUndefined()
  expect(readIn(said({ reads: 'all' }), 'f')).toBeUndefined()
  expect(readIn(said({}, { errors: [{ message: 'no' }] }), 'f')).toBeUndefined()
  expect(readIn(said({}, { errors: [] }), 'f')).toBeDefined()
})

test('an operation is, if all of its answers are', () => {
  const numbers = { ledger: 17, other: 3 }
  const whole = new Repeats()
  whole.note('ledger', 'f', said())
  whole.note('ledger', 'f', said())
  whole.note('other', 'f', said({ publicationId: 'friday' }))
  expect(whole.publications(numbers)).toEqual({
    ledger: { publication: 17, publicationId: 'monday' },
    other: { publication: 3, publicationId: 'friday' },
  })
  expect(whole.reads.get('ledger')).toEqual([...reads, ...reads])
  expect(whole.publications({ ledger: 17 })).toBeUndefined()
  whole.note('foreign', undefined, { data: {} } as never)
  expect(whole.publications(numbers)).toBeUndefined()
})

test('what was asked of nobody is settled by nothing', () => {
  expect(new Repeats().publications({ ledger: 17 })).toBeUndefined()
})
