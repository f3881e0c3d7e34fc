#!/usr/bin/env node
// DuckDB and the disk share libuv's pool; it reads its size when it is first used, so before anything else.
process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '16'
process.env.APOLLO_TELEMETRY_DISABLED = 'true'
// graphql-js checks far less in production, and is much faster for it.
process.env.NODE_ENV = process.env.NODE_ENV || 'production'
// A start runs much code a few times: V8 would spend a third of it on optimising what is never called again. What is
// called often is optimised all the same, four times later.
require('node:v8').setFlagsFromString('--interrupt-budget=540672')
const { prepare } = require('./prepare.js')

prepare().then(() => require('../dist/demo/start.js').start())
