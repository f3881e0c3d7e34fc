#!/usr/bin/env node
require('./process.js')
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
