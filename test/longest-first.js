const { default: Sequencer } = require('@jest/test-sequencer')

/**
 * What takes longest, longest first. Jest knows how long a file took on this machine before; on a fresh clone it would go
 * by the files' sizes, and the last of these would run alone while the other processors have nothing left to do.
 */
const LONGEST = [
  'browser/reading',
  'executor/differential',
  'processes/mesh-of-processes',
  'processes/composed-mesh',
  'command-line/command-line',
  'harbour/one-publication-per-request',
  'processes/renewals',
  'processes/workers-of-a-mesh',
  'processes/workers.test',
  'browser/changing',
  'browser/admin.test',
  'demo/demo',
  'caching/exact-answers',
  'first-product',
  'command-line/plan',
  'checks/run-checks',
  'processes/stopping',
  'telemetry/tracing',
  'pull/pull',
  'one-publication-per-operation',
  'marketplace/signing-in-elsewhere',
  'pipeline/sandbox',
  'caching/shared-answers',
  'gateway/living-mesh',
  'control/pipeline',
  'partial-publish-after-kill',
]

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const usual = super.sort(tests)
    if (usual.some(({ duration }) => duration != null)) return usual
    const place = ({ path }) => LONGEST.findIndex(part => path.includes(part)) + 1 || LONGEST.length + 1
    return usual.toSorted((a, b) => place(a) - place(b))
  }
}
