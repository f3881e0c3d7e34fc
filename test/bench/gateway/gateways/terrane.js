const path = require('node:path')
const { SUBGRAPHS } = require('../mesh.js')

/** All answers to all pages. */
const KEPT_BYTES = 256 * 1024 * 1024

const server = path.join(__dirname, '..', 'servers', 'terrane.js')

function terrane({ name, title, settings, options }) {
  return {
    name,
    title,
    versions: () => [],
    settings: `the token of every request checked, a young generation of 64 MB as in the image, ${settings}`,
    command: ({ port, supergraphWithRights, products, issuer, home, profile }) => ({
      program: process.execPath,
      args: [
        // Under one name for all, the thread that plans would write over the one that answers.
        ...(profile ? ['--cpu-prof', '--cpu-prof-dir', path.join(profile, name)] : []),
        // As the image and worker processes have it.
        '--max-semi-space-size=64',
        ...[server, port, issuer, home, JSON.stringify(options(supergraphWithRights, products))],
      ],
    }),
    /** Without a token the same question must lose what only readers may read: else nothing was decided. */
    refuses: true,
  }
}

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
