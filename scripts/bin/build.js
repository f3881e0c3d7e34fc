#!/usr/bin/env node
const { prepare } = require('./prepare.js')
const { say } = require('./steps.js')

prepare().then(() => say('✔', 'everything is built'))
