/** One jest run over the whole house. Sources are transformed by swc; `@terrane/*` resolves to sources, not to builds. */
const esm = ['aedes', 'oidc-provider', 'jose', 'openid-client', 'oauth4webapi', 'content-disposition'].join('|')
module.exports = {
  testEnvironment: '<rootDir>/test/compiled-once.js',
  roots: [
    '<rootDir>/schema/src',
    '<rootDir>/subgraphs/runtime/src',
    '<rootDir>/gateway/src',
    '<rootDir>/scripts/src',
    '<rootDir>/test',
  ],
  testMatch: ['**/*.test.ts'],
  moduleNameMapper: {
    '^@terrane/runtime$': '<rootDir>/subgraphs/runtime/src/index.ts',
    '^@terrane/runtime/(.*)$': '<rootDir>/subgraphs/runtime/src/$1',
    '^@terrane/(schema|gateway|scripts)$': '<rootDir>/$1/src/index.ts',
    '^@terrane/(schema|gateway)/(.*)$': '<rootDir>/$1/src/$2',
    '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1'],
  },
  setupFiles: ['<rootDir>/test/setup.ts'],
  globalSetup: '<rootDir>/test/global-setup.js',
  globalTeardown: '<rootDir>/test/global-teardown.js',
  transform: {
    '\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Published as ES modules only; jest runs CommonJS. Goes when jest's ESM support is stable.
  transformIgnorePatterns: [`/node_modules/(?!(${esm})/)`],
  testSequencer: '<rootDir>/test/longest-first.js',
  // Longer than a test waits for anything (`eventually`), so that what has not come is told, and not that time is up.
  testTimeout: 240_000,
  // For two processors: nearly half of the time tests wait, for processes, browsers and databases.
  maxWorkers: 4,
}
