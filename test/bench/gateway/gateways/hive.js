const path = require('node:path')

const VERSION = '2.15.1'

function hive({ name, title, packages, overrides, flags, settings }) {
  return {
    name,
    title,
    packages: { '@graphql-hive/gateway': VERSION, graphql: '16.15.0', ...packages },
    overrides,
    settings: `${settings}; one worker, no telemetry, WebSockets off, no token checked`,
    command: ({ port, supergraph, folder }) => ({
      program: process.execPath,
      args: [
        path.join(folder, 'node_modules', '@graphql-hive', 'gateway', 'dist', 'bin.js'),
        ...['supergraph', supergraph, '--host', '127.0.0.1', '--port', port, '--disable-websockets'],
        ...flags,
      ],
      cwd: folder,
    }),
  }
}

exports.hive = hive({
  name: 'hive',
  title: 'Hive, jit',
  packages: {},
  flags: ['--jit'],
  settings: '`--jit`',
})

/**
 * Without jit: with it this runtime answers null to everything. Newer versions of batch-execute than this one do not fit
 * this runtime; the override goes once they do.
 */
exports.hiveRouterRuntime = hive({
  name: 'hive-rust',
  title: 'Hive, Rust planner',
  packages: { '@graphql-hive/router-runtime': '1.4.23' },
  overrides: { '@graphql-tools/batch-execute': '10.2.0' },
  flags: ['--hive-router-runtime'],
  settings: '`--hive-router-runtime`, its own executor (jit does not go with it)',
})
