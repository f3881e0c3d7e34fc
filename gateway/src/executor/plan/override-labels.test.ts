import { parse } from 'graphql'
import { OverrideLabels } from './override-labels.js'

const labelled = (...labels: string[]) =>
  new OverrideLabels(
    parse(`
      type Thing { ${labels.map((label, at) => `f${at}: Int @join__field(graph: A, overrideLabel: "${label}")`).join(' ')} }
      interface Named { name: String @join__field(graph: A, override: "b", overrideLabel: "percent(50)") }
      type Plain { a: Int @join__field(graph: A) }`),
  )
/** Labels that have moved where this is drawn, from 0 to below 1. */
const moved = (labels: OverrideLabels, drawn: number) =>
  [...labels.draw(() => drawn)].flatMap(([label, has]) => (has ? [label] : []))

test('none has moved at 0 percent, all have at 100, whatever is drawn', () => {
  const labels = labelled('percent(0)', 'percent(100)')
  for (const drawn of [0, 0.25, 1 - Number.EPSILON])
    expect(moved(labels, drawn).filter(label => label !== 'percent(50)')).toEqual(['percent(100)'])
})

test('as many in a hundred have moved as the label says, parts of a percent and interfaces included', () => {
  const labels = labelled('percent(5)', 'percent(0.5)')
  const counts = new Map<string, number>()
  for (let drawn = 0; drawn < 1000; drawn++)
    for (const label of moved(labels, drawn / 1000)) counts.set(label, (counts.get(label) ?? 0) + 1)
  expect(counts).toEqual(
    new Map([
      ['percent(5)', 50],
      ['percent(0.5)', 5],
      ['percent(50)', 500],
    ]),
  )
})

test('it is drawn once for all fields: who has moved at 5 has moved at 10', () => {
  const labels = labelled('percent(5)', 'percent(10)')
  let draws = 0
  const drawn = labels.draw(() => [0.07, 0.01, 0.99][draws++]!)
  expect([draws, Object.fromEntries(drawn)]).toEqual([
    1,
    { 'percent(5)': false, 'percent(10)': true, 'percent(50)': true },
  ])
})

test('any other label is nobody’s to draw: its field has not moved', () => {
  const labels = labelled('beta', 'percent(x)', 'percent(5', 'half percent(5)')
  expect([...labels.draw(() => 0).keys()]).toEqual(['percent(50)'])
})
