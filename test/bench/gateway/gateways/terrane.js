const path = require('node:path')

const server = path.join(__dirname, '..', 'servers', 'terrane.js')

function terrane({ name, title, settings, options }) {
  return {
    name,
    title,
    versions: () => [],
    settings: `the token of every request checked, ${settings}`,
    command: ({ port, supergraphWithRights, issuer, home, profile }) => ({
      program: process.execPath,
      args: [
        // Under one name for all, the thread that plans would write over the one that answers.
        ...(profile ? ['--cpu-prof', '--cpu-prof-dir', path.join(profile, name)] : []),
        ...[server, port, supergraphWithRights, issuer, home, JSON.stringify(options)],
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
  options: {},
})
