const { mkdirSync, writeFileSync } = require('node:fs')
const path = require('node:path')
const { SUBGRAPHS } = require('../mesh.js')

const PACKAGE = '@grafbase/cli-x86_64-unknown-linux-musl'

/** The Rust gateway. The registry has it inside the command line, which composes by itself and serves. */
exports.grafbase = {
  name: 'grafbase',
  title: 'Grafbase',
  packages: { [PACKAGE]: '0.103.0' },
  settings: '`grafbase dev`, sharing of requests in flight on (its default), no telemetry, no token checked',
  runs: process.platform === 'linux' && process.arch === 'x64',
  command: ({ port, subgraphs, folder, home }) => {
    mkdirSync(home, { recursive: true })
    const parts = Object.entries(SUBGRAPHS).map(([name, { sdl }]) => {
      writeFileSync(path.join(home, `${name}.graphql`), sdl(false))
      return `[subgraphs.${name}]\nurl = "${subgraphs}/${name}"\nschema_path = "${name}.graphql"\n`
    })
    writeFileSync(path.join(home, 'grafbase.toml'), parts.join('\n'))
    return {
      program: path.join(folder, 'node_modules', PACKAGE, 'grafbase'),
      args: ['dev', '--config', 'grafbase.toml', '--listen-address', `127.0.0.1:${port}`],
      cwd: home,
      // What it keeps for itself goes with the rest of the run.
      env: { HOME: home },
    }
  },
}
