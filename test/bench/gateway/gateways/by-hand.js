const path = require('node:path')
const undici = require('undici/package.json')

/** What a gateway on Node could at best be: none, but the questions written by hand. */
exports.byHand = {
  name: 'by-hand',
  title: 'By hand',
  versions: () => [`undici ${undici.version}`],
  settings: 'no gateway: node:http, undici and these three questions in code, with nothing parsed, planned or decided',
  command: ({ port, subgraphs }) => ({
    program: process.execPath,
    args: [
      // As Terrane has it.
      '--max-semi-space-size=64',
      '--no-memory-reducer',
      path.join(__dirname, '..', 'servers', 'by-hand.js'),
      port,
      subgraphs,
    ],
  }),
}
