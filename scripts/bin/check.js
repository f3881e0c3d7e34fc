#!/usr/bin/env node
/** All static checks, one line each; what a failing one found below its line. Exit 1 on any finding. */
const { prepare, root } = require('./prepare.js')
const { program } = require('./programs.js')
const { run } = require('./run.js')
const { say, seconds } = require('./steps.js')

const checks = () => [
  ['format and lint', program(root, '@biomejs/biome', 'biome'), 'check', '--error-on-warnings'],
  ['types', program(root, 'typescript', 'tsc'), '-b'],
  ['types of tests', program(root, 'typescript', 'tsc'), '-p', 'tsconfig.test.json'],
  ['types of the pages', program(root, 'typescript', 'tsc'), '-p', 'marketplace'],
  [
    'who imports whom',
    program(root, 'dependency-cruiser', 'depcruise'),
    ...['--config', '.dependency-cruiser.cjs', 'schema', 'subgraphs', 'gateway', 'scripts'],
  ],
  ['nothing unused', program(root, 'knip'), '--no-progress'],
  // Built by the second: the demo's own products against what this repository has published.
  ['products', 'scripts/bin/terrane.js', 'check', 'subgraphs'],
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
