#!/usr/bin/env node
process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '16'
process.env.APOLLO_TELEMETRY_DISABLED = 'true'
// graphql-js checks far less in production, and is much faster for it.
process.env.NODE_ENV = process.env.NODE_ENV || 'production'
const fs = require('node:fs')
const path = require('node:path')

const built = path.join(__dirname, '..', 'dist', 'terrane.js')
// `npx terrane` right after cloning: build first, quietly, because commands like `token` print only their result.
if (fs.existsSync(built)) require(built).terrane(process.argv)
else {
  const { execFileSync } = require('node:child_process')
  execFileSync(process.execPath, [path.join(__dirname, 'build.js')], { stdio: ['ignore', 'ignore', 'inherit'] })
  require(built).terrane(process.argv)
}
