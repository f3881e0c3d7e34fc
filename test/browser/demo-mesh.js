/** The demo, small, in a process of its own and from the build, as the product starts: jest need not transform and load what only answers. */
require('../../scripts/bin/process.js')
require('reflect-metadata')
const { startDemoMesh, Terminal } = require('@terrane/scripts')

const opening = startDemoMesh({
  home: process.argv[2],
  listenPort: 0,
  host: '127.0.0.1',
  terminal: new Terminal(false, { isTTY: false, write: () => true }),
  today: new Date('2026-11-22T00:00:00Z'),
  orders: 2_000,
  log: () => {},
})
opening.then(({ url }) => process.send({ url }))

// Whoever began it lets it go, or is gone.
process.once('disconnect', async () => {
  await (await opening).close()
  process.exit()
})
