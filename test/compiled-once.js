const v8 = require('node:v8')
const vm = require('node:vm')
const { TestEnvironment } = require('jest-environment-node')

// V8 forgets the code of functions that have not run for a while, and the next test file runs them again.
v8.setFlagsFromString('--no-flush-bytecode')

const compileFunction = vm.compileFunction
const scripts = new Map()

/**
 * Jest has every module compiled anew for every test file that loads it. A script may run in any number of contexts, so
 * a worker compiles each once; what a module holds is each test file's own all the same.
 */
vm.compileFunction = (source, parameters, options) => {
  const { filename, parsingContext } = options ?? {}
  if (!filename || !parsingContext) return compileFunction(source, parameters, options)
  const head = `(function (${parameters.join(', ')}) {`
  const text = `${head}${source}\n})`
  let known = scripts.get(filename)
  if (known?.text !== text) {
    try {
      known = { text, script: new vm.Script(text, { ...options, columnOffset: -head.length }) }
    } catch {
      // The error speaks of the module, not of what we put around it.
      return compileFunction(source, parameters, options)
    }
    scripts.set(filename, known)
  }
  return known.script.runInContext(parsingContext)
}

module.exports = TestEnvironment
