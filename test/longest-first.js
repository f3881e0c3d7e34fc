const { default: Sequencer } = require('@jest/test-sequencer')

/**
 * What takes longest, longest first. Jest knows how long a file took on this machine before; on a fresh clone it would go
 * by the files' sizes, and the last of these would run alone while the other processors have nothing left to do.
 */
const LONGEST = [
  'browser/pages',
  'command-line/command-line',
  'processes/composed-mesh',
  'processes/mesh-of-processes',
  'processes/renewals',
  'processes/workers-of-a-mesh',
  'checks/run-checks',
  'harbour/one-publication-per-request',
  'processes/workers.test',
  'demo/demo',
  'gateway/living-mesh',
  'executor/differential',
  'first-product',
  'command-line/plan',
  'pull/pull',
  'caching/exact-answers',
  'registry/publish-what-was-checked',
  'control/pipeline',
  'one-publication-per-operation',
  'caching/shared-answers',
  'pipeline/sandbox',
  'processes/two-processes-one-home',
  'contracts/standards',
  'crawl/crawl',
  'marketplace/signing-in-elsewhere',
  'processes/stopping',
  'telemetry/tracing',
  'partial-publish-after-kill',
  'processes/metrics-of-workers',
]

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const usual = super.sort(tests)
    if (usual.some(({ duration }) => duration != null)) return usual
    const place = ({ path }) => LONGEST.findIndex(part => path.includes(part)) + 1 || LONGEST.length + 1
    return usual.toSorted((a, b) => place(a) - place(b))
  }
}
