const COMPARED =
  'How many times the requests per second, and in brackets how many times fewer processor seconds a request:'

/**
 * The results in Markdown. `results` is `{ kinds, questions, runs, skipped }`: `kinds` and `questions` by name to what they
 * are, `runs[kind][question][gateway]` the medians of a measurement, `skipped[gateway]` why it has none.
 */
exports.tables = (results, gateways) => {
  const measured = gateways.filter(({ name }) => results.skipped[name] === undefined)
  const [reference] = measured
  return Object.entries(results.kinds)
    .flatMap(([kind, title]) => [
      `### ${title}`,
      figures(results, kind, gateways),
      ...(measured.length > 1 ? [COMPARED, ratios(results, kind, measured, reference)] : []),
    ])
    .join('\n\n')
}

function figures({ questions, runs, skipped }, kind, gateways) {
  const rows = Object.keys(questions).flatMap(question =>
    gateways.map(({ name, title }) => {
      if (skipped[name] !== undefined) return [question, title, 'not measured', ...Array(7).fill('')]
      const { rate, cpu, p50, p99, bytes, busy, subgraphsBusy, failed } = runs[kind][question][name]
      return [
        question,
        title,
        `${whole(rate)}${failed > 0 ? ` (${failed} failed)` : ''}`,
        milliseconds(cpu),
        milliseconds(p50),
        milliseconds(p99),
        (p99 / p50).toFixed(1),
        whole(bytes / 1e6),
        percent(busy),
        percent(subgraphsBusy),
      ]
    }),
  )
  return table(
    ['', 'gateway', 'requests/s', 'CPU ms', 'p50 ms', 'p99 ms', 'p99/p50', 'peak MB', 'its core', 'subgraphs'],
    rows,
  )
}

/** Each gateway against the reference, then each of Terrane's against each of the others. */
function ratios({ questions, runs }, kind, measured, reference) {
  const row = (one, other) => [
    `${one.title} : ${other.title}`,
    ...Object.keys(questions).map(question => {
      const { [one.name]: own, [other.name]: theirs } = runs[kind][question]
      return `${times(own.rate / theirs.rate)} (${times(theirs.cpu / own.cpu)})`
    }),
  ]
  const others = measured.filter(one => one !== reference)
  const ours = others.filter(({ refuses }) => refuses)
  const rows = [
    ...others.map(one => row(one, reference)),
    ...ours.flatMap(one => others.filter(other => !other.refuses).map(other => row(one, other))),
  ]
  return table(['', ...Object.keys(questions)], rows)
}

/** Lines of a table: what differs most is what is looked for. */
const MOST_FUNCTIONS = 40
const LONGEST_NAME = 120

/** `counts[question]`: of every gateway its `title` and, by function, the instructions of a question. */
exports.instructionTables = counts =>
  Object.entries(counts)
    .flatMap(([question, all]) => {
      const sums = all.map(({ functions }) => [...functions.values()].reduce((sum, one) => sum + one, 0))
      const rows = all.map(({ title }, index) => [title, whole(sums[index]), (sums[index] / sums[0]).toFixed(3)])
      return [
        `### Instructions: ${question}`,
        table(['gateway', 'instructions a question', 'times'], rows),
        ...all.slice(1).map(one => differences(all[0], one)),
        ...(all.length === 1 ? [differences({ functions: new Map() }, all[0])] : []),
      ]
    })
    .join('\n\n')

/** Of two, the functions that differ most, the dearer ones first where there is but one. */
function differences(one, other) {
  const names = [...new Set([...one.functions.keys(), ...other.functions.keys()])]
  const of = ({ functions }, name) => functions.get(name) ?? 0
  const rows = names
    .map(name => [of(other, name) - of(one, name), name])
    .sort(([a], [b]) => Math.abs(b) - Math.abs(a))
    .slice(0, MOST_FUNCTIONS)
    .map(([more, name]) => [whole(more), whole(of(other, name)), `\`${name.slice(0, LONGEST_NAME)}\``])
  return table([one.title ? `more than ${one.title}` : 'more', other.title, ''], rows)
}

function table(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const whole = number => (Number.isFinite(number) ? Math.round(number).toString() : '?')
const milliseconds = number => (Number.isFinite(number) ? number.toFixed(number < 1 ? 3 : number < 10 ? 2 : 0) : '?')
const percent = number => (Number.isFinite(number) ? `${Math.round(100 * number)} %` : '?')
const times = number => (Number.isFinite(number) ? number.toFixed(number < 2 ? 2 : number < 10 ? 1 : 0) : '?')
