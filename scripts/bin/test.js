#!/usr/bin/env node
process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '16'
const path = require('node:path')
const { prepare, root } = require('./prepare.js')
const { run } = require('./run.js')

prepare().then(async () => {
  const jest = path.join(path.dirname(require.resolve('jest/package.json', { paths: [root] })), 'bin', 'jest.js')
  const env = { ...process.env, TERRANE_SKIP_BUILD: '1' }
  const { code } = await run(process.execPath, [jest, ...process.argv.slice(2)], { cwd: root, env })
  process.exit(code)
})
