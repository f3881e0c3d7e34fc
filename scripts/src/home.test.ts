import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { claimHome } from './home.js'
import { CommandFailure, Exit } from './terminal.js'

const base = mkdtempSync(path.join(tmpdir(), 'terrane-claim-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test('a home that is missing is made, level by level', () => {
  const home = path.join(base, 'a', 'b', 'home')
  claimHome(home)
  claimHome(home)
  expect(existsSync(home)).toBe(true)
})

test.each([
  ['in a file system that makes no folders', '/proc/x'],
  ['deep in one', '/proc/x/y/z'],
  ['below a file', path.join(base, 'file', 'home')],
])('a home %s is told in one line, and nobody waits for ever', (_, home) => {
  writeFileSync(path.join(base, 'file'), '')
  const claim = () => claimHome(home)
  expect(claim).toThrow(CommandFailure)
  expect(claim).toThrow(
    new RegExp(`^${home} cannot be written \\(E[A-Z]+\\)\\. Set TERRANE_HOME to a folder that can\\.$`),
  )
  try {
    claim()
  } catch (error) {
    expect((error as CommandFailure).exit).toBe(Exit.Usage)
  }
})
