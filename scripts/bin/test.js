#!/usr/bin/env node
// As the product runs.
const { FLAGS } = require('./process.js')
const { prepare, root } = require('./prepare.js')
const { program } = require('./programs.js')
const { run } = require('./run.js')

prepare().then(async () => {
  const env = { ...process.env, TERRANE_SKIP_BUILD: '1' }
  // A test file makes much that is soon forgotten: to look through it less often saves a tenth.
  const args = [
    ...FLAGS,
    '--max-semi-space-size=64',
    '--min-semi-space-size=32',
    program(root, 'jest'),
    ...process.argv.slice(2),
  ]
  const { code } = await run(process.execPath, args, { cwd: root, env })
  process.exit(code)
})
