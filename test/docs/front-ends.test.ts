import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { geography, SmallMesh, ukSales } from '../scenarios/gateway/small-mesh.js'
import { ROOT } from '../scenarios/processes/processes.js'

/** docs/front-ends.md to the letter: its files, its commands, against a running mesh. Its packages are those of this house. */

jest.setTimeout(180_000)

const page = readFileSync(path.join(ROOT, 'docs', 'front-ends.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, file, text]) => ({
  language: language!,
  file,
  text: text!,
}))
const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'))

let mesh: SmallMesh
let folder: string

beforeAll(async () => {
  mesh = await SmallMesh.start(trust => [geography(trust), ukSales(trust)])
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-front-end-'))
  // Nothing is fetched: the packages that the page installs are pinned here, and looked for where a project has its own.
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'front-end', private: true, type: 'module' }))
  for (const { file, text } of blocks) {
    if (!file) continue
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), text)
  }
})
afterAll(async () => {
  await mesh?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function follow(command: string, env: Record<string, string> = {}) {
  const [npx, program, ...args] = command.split(' ')
  expect(npx).toBe('npx')
  const { bin, name } = {
    'graphql-codegen': { name: '@graphql-codegen/cli', bin: 'graphql-codegen' },
    tsc: { name: 'typescript', bin: 'tsc' },
  }[program!]!
  const described = JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8'))
  const file = path.join(ROOT, 'node_modules', name, described.bin[bin])
  return spawnSync(process.execPath, [file, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'development', TERRANE_URL: mesh.gateway.url, NO_COLOR: '1', ...env },
  })
}

const generateAndCompile = commands.filter(command => command.startsWith('npx '))

test('what the page installs is pinned here, in the versions that it names', () => {
  const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  const installed = commands
    .filter(command => command.startsWith('npm install'))
    .flatMap(line => line.split(' ').slice(2))
  const packages = installed.filter(name => !name.startsWith('--'))
  expect(packages.length).toBeGreaterThan(4)
  for (const one of packages) {
    const [, name, major] = /^(@?[^@]+)(?:@(\d+))?$/.exec(one)!
    const version =
      devDependencies[name!] ??
      JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name!, 'package.json'), 'utf8')).version
    expect([name, version.split('.')[0]]).toEqual([name, major ?? version.split('.')[0]])
  }
})

test('a field that the caller may not discover is told before anything runs', () => {
  const file = path.join(folder, 'src', 'hidden.ts')
  writeFileSync(
    file,
    "import { graphql } from './graph'\nexport const HIDDEN = graphql(`query Hidden { ukSales { publication } }`)\n",
  )
  const visitor = follow(generateAndCompile[0]!)
  rmSync(file)
  expect(visitor.status).not.toBe(0)
  expect(visitor.stdout + visitor.stderr).toMatch(/Cannot query field "ukSales"/)
})

test('types are generated and compile, and a wrong use of them does not', () => {
  expect(generateAndCompile).toEqual(['npx graphql-codegen --config codegen.ts', 'npx tsc --noEmit'])
  for (const command of generateAndCompile) {
    const { status, stdout, stderr } = follow(command)
    expect([command, status, status === 0 ? '' : stdout + stderr]).toEqual([command, 0, ''])
  }
  const file = path.join(folder, 'src', 'wrong.ts')
  writeFileSync(
    file,
    "import type { CountriesQuery } from './graph/graphql'\nexport const wrong = (data: CountriesQuery) => data.referenceGeography.countries\n",
  )
  const wrong = follow(generateAndCompile[1]!)
  rmSync(file)
  expect(wrong.stdout).toMatch(/wrong\.ts.*TS18047|possibly 'null'|possibly 'undefined'/)
})

test('the query answers, with the types it was compiled with', () => {
  const built = path.join(folder, 'built')
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
      '--outDir',
      built,
      '--module',
      'commonjs',
      '--moduleResolution',
      'node10',
      '--ignoreDeprecations',
      '6.0',
    ],
    { cwd: folder, encoding: 'utf8' },
  )
  expect([status, stdout]).toEqual([0, ''])
  writeFileSync(path.join(built, 'package.json'), JSON.stringify({ type: 'commonjs' }))
  const script = `require('./built/countries.js').countryNames(${JSON.stringify(mesh.gateway.url)}).then(names => console.log(JSON.stringify(names)))`
  const answer = execFileSync(process.execPath, ['--input-type=commonjs', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(JSON.parse(answer)).toEqual(['GB United Kingdom', 'FR France'])
})
