const path = require('node:path')
const { parseArgs } = require('node:util')
const { GATEWAYS } = require('./gateways/index.js')
const { KINDS, QUESTIONS } = require('./mesh.js')

const HELP = `npm run bench:gateway -- [options]

  --only <names>      gateways, comma-separated: ${Object.keys(GATEWAYS).join(', ')}
                      without: all but those that look at Terrane alone (terrane-unseen and what follows)
  --questions <names> of ${Object.keys(QUESTIONS).join(', ')}
  --kinds <names>     of ${Object.keys(KINDS).join(', ')}
  --seconds <n>       of one measurement (3); slow gateways get up to 8, so that there is something to count
  --rounds <n>        in turn over the gateways (3)
  --processes <n>     of each gateway (1): two of one build differ by a twentieth, by how they came to be compiled
  --warm-up <n>       seconds before (2)
  --together          all of them are asked at once and run in turn, a tenth of a second each, the others stopped: of use
                      for processor time alone, and for that the most exact, since whatever else the machine does hits
                      all alike. --seconds and --warm-up are those that each runs for itself; warm up for longer then.
                      What is done by the clock, as sampling by default, weighs as many times as there are gateways:
                      terrane-traced-share is that by requests
  --instructions      counts instead of measuring: instructions of the thread that answers, by function, and what a core's
                      caches would have missed (Terrane's alone; by valgrind, a hundred times as slow, for which --seconds
                      and --warm-up are: --warm-up 480 --seconds 60). Whatever else the machine does has no part in it
  --switched          what it costs to be looked at: Terrane alone, in one process (or several in turn) that is looked at in
                      ways that change every fifth of a second. --seconds 120 --warm-up 30 and more
  --markdown <file>   writes the tables there too
  --json <file>       writes every single measurement there
  --profile <folder>  writes Terrane's CPU profile there (which costs it time: no figures to compare)
`

/** What the command line asks for; `{ problem }` where it does not fit, `{ help }` where that is asked for. */
exports.readOptions = args => {
  const options = Object.fromEntries(
    ['only', 'kinds', 'questions', 'seconds', 'rounds', 'processes', 'warm-up', 'markdown', 'json', 'profile'].map(
      name => [name, { type: 'string' }],
    ),
  )
  const flags = Object.fromEntries(
    ['together', 'instructions', 'switched', 'help'].map(name => [name, { type: 'boolean' }]),
  )
  let values
  try {
    values = parseArgs({
      args,
      options: { ...options, ...flags },
    }).values
  } catch (error) {
    return { problem: `${error.message}\n\n${HELP}` }
  }
  if (values.help) return { help: HELP }
  const numbers = { seconds: 3, rounds: 3, processes: 1, 'warm-up': 2 }
  for (const name of Object.keys(numbers)) {
    const number = Number(values[name] ?? numbers[name])
    if (!Number.isInteger(number) || number < 1) return { problem: `--${name} takes a whole number from 1 on.` }
    numbers[name] = number
  }
  const lists = { only: GATEWAYS, kinds: KINDS, questions: QUESTIONS }
  for (const [name, known] of Object.entries(lists)) {
    const names = values[name]?.split(',') ?? Object.keys(known).filter(one => !known[one].byName)
    const unknown = names.find(one => !Object.hasOwn(known, one))
    if (unknown !== undefined)
      return { problem: `--${name}: there is no ${unknown}, only ${Object.keys(known).join(', ')}.` }
    lists[name] = Object.keys(known).filter(one => names.includes(one))
  }
  const { seconds, rounds, processes, 'warm-up': warmUp } = numbers
  const { together = false, instructions = false, switched = false, markdown, json, profile } = values
  return {
    ...lists,
    ...{ seconds, rounds, processes, warmUp, together, instructions, switched, markdown, json },
    profile: profile && path.resolve(profile),
  }
}
