#!/usr/bin/env node
process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '16'
const { prepare } = require('./prepare.js')

prepare().then(() => require('../../test/bench/bench.js').bench(process.argv.slice(2)))
