/**
 * Who may import whom. Two views of the same code: the sources, where a type counts as an import (packages), and the
 * built files, from which types are gone (stages and cycles). Dependency-cruiser reads both with swc, which does not tell
 * `import type` from `import`; TypeScript 7 has no API for it. When it has one, the sources alone will do.
 */
const PACKAGES = { schema: 'schema', runtime: 'subgraphs/runtime', gateway: 'gateway', scripts: 'scripts' }
/** What each package may import of the others. */
const MAY_IMPORT = {
  schema: [],
  runtime: ['schema'],
  gateway: ['schema'],
  scripts: ['schema', 'runtime', 'gateway'],
}
const STAGES = ['input-ports', 'input-layer', 'pipeline', 'output-layer', 'output-ports', 'management-ports', 'stores']
const TESTS = '\\.test\\.[jt]sx?$|/testing/'
const STAGE = stages => `^subgraphs/runtime/dist/(${stages.join('|')})/`

const strangersOf = name => Object.keys(PACKAGES).filter(other => other !== name && !MAY_IMPORT[name].includes(other))

const confined = Object.keys(PACKAGES).filter(name => strangersOf(name).length > 0)
const betweenPackages = confined.map(name => ({
  name: `${name}-imports-${MAY_IMPORT[name].join('-') || 'none'}-only`,
  comment: 'schema ← runtime ← scripts, schema ← gateway ← scripts, and nothing else.',
  severity: 'error',
  from: { path: `^${PACKAGES[name]}/src/`, pathNot: TESTS },
  to: {
    path: strangersOf(name).flatMap(other => [
      `^${PACKAGES[other]}/(src|dist)/`,
      `^(node_modules/)?@terrane/${other}(/|$)`,
    ]),
  },
}))

const betweenStages = STAGES.map(stage => ({
  name: `${stage}-imports-no-other-stage`,
  comment: 'A stage knows the data of others, never their code; data-product.ts and run-process.ts wire them.',
  severity: 'error',
  from: { path: STAGE([stage]), pathNot: TESTS },
  to: {
    path: [STAGE(STAGES.filter(other => other !== stage)), '^subgraphs/runtime/dist/(data-product|run-process)\\.js$'],
  },
}))

module.exports = {
  forbidden: [
    ...betweenPackages,
    ...betweenStages,
    { name: 'no-cycles', severity: 'error', from: { path: '/dist/' }, to: { circular: true } },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '/src/', pathNot: TESTS },
      to: { path: [TESTS, '^test/'] },
    },
    {
      name: 'demo-products-are-declarations',
      comment: 'The runtime knows no product of the demo.',
      severity: 'error',
      from: { path: '^subgraphs/runtime/src/', pathNot: TESTS },
      to: { path: '^subgraphs/(?!runtime/)' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.d\\.ts$' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
}
