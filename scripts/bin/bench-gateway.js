#!/usr/bin/env node
const { prepare } = require('./prepare.js')

prepare().then(() => require('../../test/bench/gateway/bench.js').benchGateway(process.argv.slice(2)))
