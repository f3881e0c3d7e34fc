/**
 * The same gateway, looked at in ways that change every moment: what it costs to be looked at, in one process, where all
 * else is the same. Writes a line for each round over the ways to the file that `SWITCHED` names: of every way the
 * nanoseconds that the answering thread spent, and the requests that it answered.
 */
const { appendFileSync, openSync, readSync } = require('node:fs')
const metrics = require('../../../../gateway/dist/plugins/use-metrics.js')
const { Tracing } = require('@terrane/gateway/telemetry/tracing')
const { CONNECTIONS } = require('../load.js')
const { shuffled } = require('../processes.js')
const { WAYS } = require('../switched.js')

const SLOT_MILLISECONDS = 200

let way = WAYS.neither
let answered = 0
let due = []
let round = {}

const UNTRACED = { trace: undefined, headers: undefined }

const { request } = Tracing.prototype
Tracing.prototype.request = function (method, route, headers) {
  return way.traces ? request.call(this, method, route, headers) : UNTRACED
}

const { useMetrics } = metrics
metrics.useMetrics = (sources, options) => {
  const seen = useMetrics(sources, options)
  const unseen = useMetrics(sources, { ...options, door: { off: true } })
  return {
    ...seen,
    fetch: (subgraph, other) => (way.metrics ? seen : unseen).fetch(subgraph, other),
    exchanged(request, reply) {
      if (way.metrics) seen.exchanged(request, reply)
      if (++answered === SETTLED) measure()
    },
    observer: {
      began: () => way.metrics && seen.observer.began(),
      answered: (observation, answered) => way.metrics && seen.observer.answered(observation, answered),
      abandoned: () => way.metrics && seen.observer.abandoned(),
    },
  }
}

/** By then nearly all that began before the switch has ended: answers come roughly in the order of their questions. */
const SETTLED = 2 * CONNECTIONS

function next() {
  if (due.length === 0) {
    if (Object.keys(round).length > 0) appendFileSync(process.env.SWITCHED, `${JSON.stringify(round)}\n`)
    round = {}
    due = shuffled(Object.keys(WAYS))
  }
  way = WAYS[due.at(-1)]
  answered = 0
}

function measure() {
  const [before, began] = [spent(), answered]
  setTimeout(() => {
    round[due.pop()] = { nanoseconds: spent() - before, requests: answered - began }
    next()
  }, SLOT_MILLISECONDS)
}

/** Of the thread that answers. */
const schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
const buffer = Buffer.alloc(100)
const spent = () => Number(buffer.toString('latin1', 0, readSync(schedule, buffer, 0, buffer.length, 0)).split(' ')[0])

next()
require('./terrane.js')
