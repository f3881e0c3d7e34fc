#!/usr/bin/env node
require('./process.js')
const { prepare } = require('./prepare.js')

prepare().then(() => require('../dist/demo/start.js').start())
