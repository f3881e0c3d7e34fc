#!/usr/bin/env node
process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '16'
const { prepare, root } = require('./prepare.js')
const { program } = require('./programs.js')
const { run } = require('./run.js')

prepare().then(async () => {
  const env = { ...process.env, TERRANE_SKIP_BUILD: '1' }
  const { code } = await run(process.execPath, [program(root, 'jest'), ...process.argv.slice(2)], { cwd: root, env })
  process.exit(code)
})
