/**
 * What it costs to be looked at, in one process that is looked at in ways that change every fifth of a second. Two processes
 * of one build differ by more than that, by where their code lies and how it came to be compiled. It does not see what is
 * compiled differently where nobody ever looks, nor what other threads spend: that is between processes (`--together`).
 */
const { existsSync, readFileSync, rmSync } = require('node:fs')
const { load } = require('./load.js')

/** Rounds over the ways that are summed up to one ratio: garbage is collected more seldom than that ways change. */
const TOGETHER = 10

/** How a request is looked at; the first is what the others are held against. */
exports.WAYS = {
  neither: { title: 'neither metrics nor traces', metrics: false, traces: false },
  metrics: { title: 'metrics', metrics: true, traces: false },
  both: { title: 'metrics, one in 600 traced', metrics: true, traces: true },
}

/**
 * Of every way `{ title, microseconds, ratio, error }`: the answering thread's time for a request, how many times what it
 * takes with neither, and the standard error of that.
 */
exports.measureSwitched = async (running, question, bodies, { token, seconds, warmUp }) => {
  const windows = []
  for (const { url, home } of running) {
    const file = `${home}.switched`
    await load({ url, bodies, token, home, seconds: warmUp })
    rmSync(file, { force: true })
    await load({ url, bodies, token, home, seconds })
    windows.push(...windowsOf(existsSync(file) ? readFileSync(file, 'utf8') : ''))
  }
  if (windows.length < 2) throw new Error(`${question}: too short to compare anything: --seconds ${4 * seconds}?`)
  return Object.keys(exports.WAYS).map(way => {
    const ratios = windows.map(of => of[way] / of.neither)
    const ratio = mean(ratios)
    const deviation = Math.sqrt(mean(ratios.map(one => (one - ratio) ** 2)))
    return {
      title: exports.WAYS[way].title,
      microseconds: mean(windows.map(of => of[way])),
      ratio,
      error: deviation / Math.sqrt(windows.length - 1),
    }
  })
}

/** Of every so many rounds by way the microseconds of a request. */
function windowsOf(written) {
  const rounds = written.split('\n').filter(Boolean).map(JSON.parse)
  return Array.from({ length: Math.floor(rounds.length / TOGETHER) }, (_, at) => {
    const some = rounds.slice(at * TOGETHER, (at + 1) * TOGETHER)
    const sum = (way, key) => some.reduce((all, round) => all + round[way][key], 0)
    return Object.fromEntries(
      Object.keys(exports.WAYS).map(way => [way, sum(way, 'nanoseconds') / sum(way, 'requests') / 1000]),
    )
  })
}

const mean = all => all.reduce((sum, one) => sum + one, 0) / all.length
