const { load } = require('./load.js')
const { canMeasure, cpuSeconds, forgetPeak, peakBytes } = require('./processes.js')

/** So many answers and their p99 means something; so many seconds and the whole run gets too long. */
const ENOUGH_ANSWERS = 400
const MOST_SECONDS = 8

/** A gateway rests once it has spent less than a tenth of such a while on the processor. */
const WHILE_MILLISECONDS = 200
const MOST_WHILES = 50

/** Seconds for a gateway of so many answers a second. */
exports.secondsFor = (rate, seconds) =>
  Math.max(seconds, Math.min(MOST_SECONDS, Math.ceil(ENOUGH_ANSWERS / Math.max(rate, 1))))

/**
 * One measurement: `rate` answers a second, `cpu` milliseconds of the gateway's processes per answer, `busy` of its core
 * (0 to 1), `p50` and `p99` in milliseconds, `bytes` of memory at most, `subgraphsBusy`, `failed` answers, and `size` of
 * an answer with its headers in bytes. All have failed where they are smaller than `leastBytes`: what comes back so
 * fast is no answer.
 */
exports.measure = async ({ child, url, leastBytes }, subgraphs, bodies, { token, seconds, home }) => {
  const used = () => (canMeasure ? [child, subgraphs].map(({ pid }) => cpuSeconds(pid)) : [Number.NaN, Number.NaN])
  if (canMeasure) forgetPeak(child.pid)
  const before = used()
  const told = await load({ url, bodies, token, seconds, home })
  const [own, theirs] = used().map((now, index) => now - before[index])
  await rests(child.pid)
  const size = told.bytes / told.requests
  return {
    rate: told.requests / told.seconds,
    cpu: (1000 * own) / told.requests,
    busy: own / told.seconds,
    subgraphsBusy: theirs / told.seconds,
    p50: told.p50,
    p99: told.p99,
    bytes: canMeasure ? peakBytes(child.pid) : Number.NaN,
    failed: size < leastBytes ? told.requests : told.failed,
    size,
  }
}

/** What was under way when the load ended is answered to nobody, on the core that the next one is to have for itself. */
async function rests(pid) {
  if (!canMeasure) return
  for (let turn = 0, spent = cpuSeconds(pid); turn < MOST_WHILES; turn++) {
    await new Promise(resolve => setTimeout(resolve, WHILE_MILLISECONDS))
    const now = cpuSeconds(pid)
    if (now - spent < WHILE_MILLISECONDS / 10_000) return
    spent = now
  }
}

/** Of several measurements: the middle of each figure, the most of memory, all failures. */
exports.median = rounds => {
  const middle = key => rounds.map(one => one[key]).sort((one, other) => one - other)[Math.floor(rounds.length / 2)]
  return {
    ...Object.fromEntries(Object.keys(rounds[0]).map(key => [key, middle(key)])),
    bytes: Math.max(...rounds.map(({ bytes }) => bytes)),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  }
}
