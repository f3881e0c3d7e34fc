import { boundedOperation, OperationNames } from './operation-names.js'

const labels = (names: OperationNames, asked: string[], visitor: boolean) =>
  asked.map(name => names.labelOf(name, true, visitor))
const named = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`)

test('what visitors make up takes no place from callers with a token, nor the other way round', () => {
  const names = new OperationNames(3)
  expect(labels(names, named('visitor', 5), true)).toEqual(['visitor0', 'visitor1', 'visitor2', 'other', 'other'])
  expect(labels(names, named('caller', 4), false)).toEqual(['caller0', 'caller1', 'caller2', 'other'])
  expect(labels(names, ['caller1'], true)).toEqual(['caller1'])
})

test('a name of visitors that a caller with a token asks by becomes his, and leaves its place to the next', () => {
  const names = new OperationNames(1)
  expect(labels(names, ['Both'], true)).toEqual(['Both'])
  expect(labels(names, ['Both'], false)).toEqual(['Both'])
  expect(labels(names, ['Next', 'Both', 'Last'], true)).toEqual(['Next', 'Both', 'other'])
  // Full: what has a series already stays in it.
  expect(labels(names, ['Next', 'More'], false)).toEqual(['Next', 'other'])
})

test('refused, nameless and overlong questions take no place', () => {
  const names = new OperationNames(1)
  expect(names.labelOf('Refused', false, false)).toBe('other')
  expect(names.labelOf(undefined, true, false)).toBe('anonymous')
  expect(names.labelOf('x'.repeat(65), true, false)).toBe('other')
  expect(names.labelOf('Answered', true, false)).toBe('Answered')
  expect(names.labelOf('Answered', false, true)).toBe('Answered')
})

test('of several processes together visitors’ names take no place either', () => {
  const together = new OperationNames(3)
  const told = named('process', 4).flatMap(process => {
    const names = new OperationNames(3)
    return labels(names, named(`${process}_`, 3), true).map(label => names.toldOf(label))
  })
  const shown = new Set(told.map(label => boundedOperation(together, label)))
  expect([...shown]).toEqual(['process0_0', 'process0_1', 'process0_2', 'other'])
  const names = new OperationNames(3)
  const callers = labels(names, named('caller', 3), false).map(label => names.toldOf(label))
  expect(callers.map(label => boundedOperation(together, label))).toEqual(named('caller', 3))
  expect(['other', 'anonymous'].map(label => boundedOperation(together, names.toldOf(label)))).toEqual([
    'other',
    'anonymous',
  ])
})
