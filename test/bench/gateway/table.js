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
const LONGEST_NAME = 110

/** Valgrind's events: what each is, and what is summed up of it. Its last level is the second of a core. */
const COUNTED = {
  instructions: ['Ir'],
  'instructions not in the first cache': ['I1mr'],
  'not in the second': ['ILmr'],
  'data not in the first': ['D1mr', 'D1mw'],
  'not in the second either': ['DLmr', 'DLmw'],
  'branches foretold wrongly': ['Bcm', 'Bim'],
}

/** `counts[question]`: of every gateway its `title`, the `events`, and by function how many of each a question has. */
exports.instructionTables = counts =>
  Object.entries(counts)
    .flatMap(([question, all]) => {
      const [first, ...others] = all
      const sums = all.map(one => {
        const functions = [...one.functions.values()]
        return Object.values(COUNTED).map(names => sum(functions.map(of => count(one, of, names))))
      })
      const rows = all.map(({ title }, index) => [
        title,
        ...sums[index].map((own, at) =>
          index === 0 ? whole(own) : `${whole(own)} (${(own / sums[0][at]).toFixed(3)})`,
        ),
      ])
      return [
        `### A question's instructions: ${question}`,
        table(['gateway', ...Object.keys(COUNTED)], rows),
        ...(others.length > 0 ? others.map(one => differences(first, one)) : [differences(undefined, first)]),
      ]
    })
    .join('\n\n')

/** The functions that differ most, or without another to compare with those that take most. */
function differences(one, other) {
  const of = (gateway, name, events) => {
    const own = gateway?.functions.get(name)
    return own ? count(gateway, own, events) : 0
  }
  const rows = [...new Set([...(one?.functions.keys() ?? []), ...other.functions.keys()])]
    .map(name => ({ name, more: of(other, name, ['Ir']) - of(one, name, ['Ir']) }))
    .sort((a, b) => Math.abs(b.more) - Math.abs(a.more))
    .slice(0, MOST_FUNCTIONS)
    .map(({ name, more }) => [
      whole(more),
      whole(of(other, name, ['Ir'])),
      whole(of(other, name, ['I1mr'])),
      `\`${name.slice(0, LONGEST_NAME)}\``,
    ])
  const more = one ? `instructions more than ${one.title}` : 'instructions'
  return table([more, other.title, 'not in the first cache', ''], rows)
}

/** `ways[question]`: what `measureSwitched` gives. */
exports.switchedTable = ways => {
  const [titles] = Object.values(ways).map(all => all.map(({ title }) => title))
  const rows = Object.entries(ways).map(([question, [first, ...others]]) => [
    question,
    `${whole(first.microseconds)} µs`,
    ...others.map(({ ratio, error }) => `${ratio.toFixed(3)} ± ${error.toFixed(3)}`),
  ])
  return table(['', ...titles], rows)
}

const count = ({ events }, of, names) => sum(names.map(name => of[events.indexOf(name)] ?? 0))
const sum = numbers => numbers.reduce((all, one) => all + one, 0)

function table(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const whole = number => (Number.isFinite(number) ? Math.round(number).toString() : '?')
const milliseconds = number => (Number.isFinite(number) ? number.toFixed(number < 1 ? 3 : number < 10 ? 2 : 0) : '?')
const percent = number => (Number.isFinite(number) ? `${Math.round(100 * number)} %` : '?')
const times = number => (Number.isFinite(number) ? number.toFixed(number < 2 ? 2 : number < 10 ? 1 : 0) : '?')
