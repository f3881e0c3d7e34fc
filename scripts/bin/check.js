#!/usr/bin/env node
/** All static checks, one line each; what a failing one found below its line. Exit 1 on any finding. */
const path = require('node:path')
const { prepare, root } = require('./prepare.js')
const { run } = require('./run.js')
const { say, seconds } = require('./steps.js')

const bin = (name, file) => path.join(path.dirname(require.resolve(`${name}/package.json`, { paths: [root] })), file)
const checks = () => [
  ['format and lint', bin('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings'],
  ['types', bin('typescript', 'bin/tsc'), '-b'],
  ['types of tests', bin('typescript', 'bin/tsc'), '-p', 'tsconfig.test.json'],
  [
    'who imports whom',
    bin('dependency-cruiser', 'bin/dependency-cruise.mjs'),
    ...['--config', '.dependency-cruiser.cjs', 'schema', 'subgraphs', 'gateway', 'scripts'],
  ],
  ['nothing unused', bin('knip', 'bin/knip.js'), '--no-progress'],
]

prepare({ building: false }).then(async () => {
  let findings = 0
  for (const [name, ...command] of checks()) {
    const since = Date.now()
    const { code, output } = await run(process.execPath, command, { cwd: root, quiet: true })
    say(code === 0 ? '✔' : '✖', name, seconds(since))
    if (code > 128) process.exit(code)
    if (code !== 0) {
      findings++
      process.stdout.write(`${output.trim()}\n`)
    }
  }
  process.exit(findings === 0 ? 0 : 1)
})
