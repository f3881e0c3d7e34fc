const path = require('node:path')
const { SUBGRAPHS } = require('../mesh.js')

/** All answers to all pages. */
const KEPT_BYTES = 256 * 1024 * 1024

/** OpenTelemetry's, between two times that what is traced is sent. */
const SENT_EVERY_MILLISECONDS = 5000

const serverOf = name => path.join(__dirname, '..', 'servers', `${name}.js`)

function terrane({ name, title, settings, options, traced, env, server = 'terrane', byName = false }) {
  return {
    name,
    title,
    byName,
    versions: () => [],
    settings: `the token of every request checked, garbage collected as in a worker process (a young generation of 64 MB, 130 MB of garbage beside what lives, none collected for being at rest) and compiled as in one (--max-inlined-bytecode-size-cumulative=4000), ${settings}`,
    command: ({ port, supergraphWithRights, products, issuer, home, profile, collector, share }) => ({
      program: process.execPath,
      args: [
        // Under one name for all, the thread that plans would write over the one that answers.
        ...(profile ? ['--cpu-prof', '--cpu-prof-dir', path.join(profile, name)] : []),
        // As worker processes have it.
        '--max-semi-space-size=64',
        '--expose-gc',
        '--no-memory-reducer',
        '--max-inlined-bytecode-size-cumulative=4000',
        ...[serverOf(server), port, issuer, home, JSON.stringify(options(supergraphWithRights, products))],
      ],
      env: { ...(traced ? { ...sentTo(collector, share), ...traced } : {}), ...env?.(home) },
    }),
    /** Without a token the same question must lose what only readers may read: else nothing was decided. */
    refuses: true,
  }
}

/** Where there is but a `share` of the time, as seldom as in a whole one: else it would weigh that much more. */
const sentTo = (collector, share) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector,
  OTEL_BSP_SCHEDULE_DELAY: String(SENT_EVERY_MILLISECONDS / share),
})

exports.terrane = terrane({
  name: 'terrane',
  title: 'Terrane',
  settings: 'rights decided on a supergraph that demands them, nothing cached but plans',
  options: supergraph => ({ supergraph }),
})

exports.terraneKeeping = terrane({
  name: 'terrane-keeping',
  title: 'Terrane, answers kept',
  settings:
    'the subgraphs are data products: grants decided, whole answers given again while their publications are in force',
  options: (_, products) => ({
    cacheBytes: KEPT_BYTES,
    productUrls: Object.keys(SUBGRAPHS).map(name => `${products}/${name}`),
  }),
})

exports.terraneInApollos = terrane({
  name: 'terrane-apollo-gateway',
  title: "Terrane, in Apollo's gateway",
  settings: 'as Terrane, loaded by `ApolloGateway`, which runs its executor: all through Apollo Server',
  options: supergraph => ({ supergraph, apolloGateway: true }),
  byName: true,
})

const ONE_IN_600 = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: String(1 / 600) }

/** The same gateway, seen in different ways: what it costs to be looked at. */
const seen = (name, title, settings, { metrics, traced } = {}) =>
  terrane({
    ...{ name, title, settings, traced, byName: true },
    options: supergraph => ({ supergraph, ...(metrics ? { metrics } : {}) }),
  })

exports.terraneSeen = [
  seen('terrane-unseen', 'Terrane, unseen', 'neither metrics nor traces', { metrics: { off: true } }),
  seen('terrane-metrics', 'Terrane, metrics', 'metrics, as it comes; no traces'),
  seen(
    'terrane-traced-default',
    'Terrane, a share traced',
    'metrics, and traces to a collector, sampled as by default',
    {
      traced: { OTEL_TRACES_SAMPLER: '' },
    },
  ),
  seen(
    'terrane-traced-share',
    'Terrane, one in 600 traced',
    'metrics, and one request in 600 traced to a collector: what ten a second are where the core is its own',
    { traced: ONE_IN_600 },
  ),
  seen('terrane-traced-tenth', 'Terrane, a tenth traced', 'metrics, and every tenth request traced to a collector', {
    traced: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
  }),
  seen('terrane-traced', 'Terrane, all traced', 'metrics, and every request traced to a collector', {
    traced: { OTEL_TRACES_SAMPLER: 'always_on' },
  }),
]

/** One that is looked at in ways that change: not to be measured beside others. */
exports.terraneSwitched = terrane({
  name: 'terrane-switched',
  title: 'Terrane',
  settings: 'looked at in ways that change every fifth of a second',
  options: supergraph => ({ supergraph }),
  traced: ONE_IN_600,
  server: 'switched',
  env: home => ({ SWITCHED: `${home}.switched` }),
})
