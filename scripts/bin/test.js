#!/usr/bin/env node
process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '16'
const { prepare, root } = require('./prepare.js')
const { program } = require('./programs.js')
const { run } = require('./run.js')

prepare().then(async () => {
  // As the product runs: graphql-js checks far less in production.
  const env = { NODE_ENV: 'production', ...process.env, TERRANE_SKIP_BUILD: '1' }
  const { code } = await run(process.execPath, [program(root, 'jest'), ...process.argv.slice(2)], { cwd: root, env })
  process.exit(code)
})
