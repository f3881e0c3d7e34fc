import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = path.resolve(__dirname, '..')
const CRUISE = path.join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')

interface Violation {
  rule: { name: string }
  from: string
  to: string
}

function violationsIn(folder: string, places: string[]): string[] {
  const config = path.join(ROOT, '.dependency-cruiser.cjs')
  const answer = spawnSync(process.execPath, [CRUISE, '--config', config, '--output-type', 'json', ...places], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (!answer.stdout.startsWith('{')) throw new Error(answer.stderr)
  const { violations, totalCruised } = JSON.parse(answer.stdout).summary as {
    violations: Violation[]
    totalCruised: number
  }
  if (totalCruised === 0) throw new Error('nothing was cruised')
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

describe('who imports whom', () => {
  test('nobody imports what he must not', () => {
    expect(violationsIn(ROOT, ['schema', 'subgraphs', 'gateway', 'scripts'])).toEqual([])
  })

  test('the marketplace imports no other package', () => {
    const folder = path.join(ROOT, 'marketplace', 'src')
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name))
    expect(sources.length).toBeGreaterThan(0)
    const foreign = sources.filter(name =>
      /from\s+['"](@terrane\/|(\.\.\/)+(schema|gateway|scripts|subgraphs)\/)/.test(
        readFileSync(path.join(folder, name), 'utf8'),
      ),
    )
    expect(foreign).toEqual([])
  })
})

describe('the rules find what is planted', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'terrane-architecture-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const plant = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      writeFileSync(path.join(folder, name), text)
    }
  }

  test('a package that imports a stranger, if only a type', () => {
    plant({
      'schema/src/contracts.ts':
        "import type { Gateway } from '../../gateway/src/gateway.js'\nexport type G = Gateway\n",
      'gateway/src/gateway.ts':
        "import '../../subgraphs/runtime/src/index.js'\nexport interface Gateway { url: string }\n",
      'subgraphs/runtime/src/index.ts': 'export const runtime = 1\n',
    })
    expect(violationsIn(folder, ['schema', 'gateway', 'subgraphs'])).toEqual([
      expect.stringMatching(/^gateway-imports-schema-only: .*→ .*subgraphs\/runtime\/src\/index\.ts$/),
      expect.stringMatching(/^schema-imports-none-only: .*→ .*gateway\/src\/gateway\.ts$/),
    ])
  })

  test('a stage that calls another, and one that wires', () => {
    plant({
      'subgraphs/runtime/dist/pipeline/run.js': "require('../stores/stores.js')\n",
      'subgraphs/runtime/dist/stores/stores.js': "require('../data-product.js')\n",
      'subgraphs/runtime/dist/data-product.js': "require('./output-ports/files.js')\n",
      'subgraphs/runtime/dist/output-ports/files.js': 'exports.files = 1\n',
    })
    expect(violationsIn(folder, ['subgraphs'])).toEqual([
      expect.stringMatching(/^pipeline-imports-no-other-stage: /),
      expect.stringMatching(/^stores-imports-no-other-stage: /),
    ])
  })

  test('a cycle', () => {
    plant({
      'gateway/dist/a.js': "require('./b.js')\n",
      'gateway/dist/b.js': "require('./a.js')\n",
    })
    expect(violationsIn(folder, ['gateway'])).toEqual(
      expect.arrayContaining([expect.stringMatching(/^no-cycles: gateway\/dist\/a\.js/)]),
    )
  })
})
