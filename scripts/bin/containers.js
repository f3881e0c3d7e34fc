#!/usr/bin/env node
/** Writes docker-compose.yml and k8s/ anew from the folders of subgraphs/. */
const fs = require('node:fs')
const path = require('node:path')
const { prepare, root } = require('./prepare.js')
const { say } = require('./steps.js')

prepare().then(async () => {
  const files = await require('../dist/containers/described.js').containerFiles()
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text)
    say('✔', name)
  }
})
