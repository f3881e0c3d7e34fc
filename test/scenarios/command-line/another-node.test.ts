import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(__dirname, '..', '..', '..')
const folder = mkdtempSync(path.join(tmpdir(), 'terrane-node-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A script that thinks it is run by another version. */
function as(version: string, script: string, ...args: string[]) {
  const other = path.join(folder, `${version}.js`)
  const versions = `{ ...process.versions, node: '${version}' }`
  writeFileSync(other, `Object.defineProperty(process, 'versions', { value: ${versions} })\n`)
  return spawnSync(process.execPath, ['-r', other, path.join(root, 'scripts', 'bin', script), ...args], {
    encoding: 'utf8',
  })
}

test.each([
  ['24.21.0', 'start.js'],
  ['26.1.0', 'test.js'],
  ['23.11.0', 'terrane.js'],
  ['22.11.0', 'terrane.js'],
  ['20.18.3', 'build.js'],
  ['18.20.0', 'check.js'],
])('Node.js %s is refused by %s before it does anything, with what to install', (version, script) => {
  const { status, stdout, stderr } = as(version, script)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toBe(
    `Terrane does not run on Node.js ${version}. Install Node.js 22 (22.12 or newer) or 20 (20.19 or newer).\n`,
  )
})

test.each(['20.19.0', '22.12.0', '22.23.3'])('Node.js %s is not', version => {
  const { status, stdout } = as(version, 'terrane.js', '--version')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
