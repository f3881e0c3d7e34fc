#!/usr/bin/env node
/** All static checks, one line each; what a failing one found below its line. Exit 1 on any finding. */
const { prepare, root } = require('./prepare.js')
const { program } = require('./programs.js')
const { run } = require('./run.js')
const { say, seconds } = require('./steps.js')

/** All others read what it builds, so it goes first. */
const types = () => ['types', program(root, 'typescript', 'tsc'), '-b']

/** The demo's own products against what this repository has published. They alone need what is compiled, so they go last. */
const products = ['products', 'scripts/bin/terrane.js', 'check', 'subgraphs']

const checks = () => [
  ['nothing unused', program(root, 'knip'), '--no-progress'],
  [
    'who imports whom',
    program(root, 'dependency-cruiser', 'depcruise'),
    ...['--config', '.dependency-cruiser.cjs', 'schema', 'subgraphs', 'gateway', 'scripts'],
  ],
  ['types of tests', program(root, 'typescript', 'tsc'), '-p', 'tsconfig.test.json'],
  ['types of the pages', program(root, 'typescript', 'tsc'), '-p', 'marketplace'],
  ['format and lint', program(root, '@biomejs/biome', 'biome'), 'check', '--error-on-warnings'],
  products,
]

async function passes([name, ...command]) {
  const since = Date.now()
  const { code, output } = await run(process.execPath, command, { cwd: root, quiet: true })
  say(code === 0 ? '✔' : '✖', name, seconds(since))
  if (code > 128) process.exit(code)
  if (code !== 0) process.stdout.write(`${output.trim()}\n`)
  return code === 0
}

async function check(compiled) {
  const results = [await passes(types())]
  const left = checks()
  // The longest first, two at a time.
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      if (next === products) await compiled()
      results.push(await passes(next))
    }
  }
  await Promise.all([work(), work()])
  return results.every(Boolean)
}

prepare({ meanwhile: check }).then(passed => process.exit(passed ? 0 : 1))
