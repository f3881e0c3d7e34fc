import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { folder, writeSources } from '../harbour/harbour.js'
import { endAll, eventually, terrane } from './processes.js'

/** A second process on one home must not take away what the first one is publishing, nor what it serves. */
let base: string
const env = () => ({ TERRANE_HOME: path.join(base, 'home'), HARBOUR_SOURCES: path.join(base, 'sources') })
beforeEach(async () => {
  base = mkdtempSync(path.join(tmpdir(), 'terrane-one-home-'))
  await writeSources(path.join(base, 'sources'))
})
afterEach(async () => {
  await endAll()
  rmSync(base, { recursive: true, force: true })
})

const ready = (url: string) => fetch(`${url}/readyz`).then(({ status }) => status)
const alreadyServed = (pid: number | undefined) =>
  new RegExp(`harbour is already served by process ${pid} at .*home\\. PRODUCT_IN_USE\n`)

test('whoever comes second is told in one line by whom it is served, touches nothing, and ends with 3', async () => {
  const first = terrane(['serve', folder, '--port', '0'], env())
  const url = await first.url()
  for (const args of [
    ['run', folder],
    ['serve', folder, '--port', '0'],
  ]) {
    const second = await terrane(args, env()).end
    expect(second.exit).toBe(3)
    expect(second.err).toMatch(alreadyServed(first.child.pid))
    expect(second.err).toContain('POST /data/ports/north/harbour/1/control/runs')
  }
  expect(await ready(url)).toBe(200)
  expect(existsSync(path.join(base, 'home', 'harbour', 'publications', '1', 'rows.sqlite'))).toBe(true)
  expect((await first.stop()).exit).toBe(0)
})

test('one that comes while the first is in its first run removes nothing of it', async () => {
  const first = terrane(['serve', folder, '--port', '0'], env())
  const begun = path.join(base, 'home', 'harbour', 'publications', '1')
  await eventually(
    async () => existsSync(begun),
    found => found,
  )
  expect((await terrane(['run', folder], env()).end).exit).toBe(3)
  expect(await ready(await first.url())).toBe(200)
  expect(first.said()).not.toMatch(/RUN_BROKEN_OFF|ENOENT/)
})

test('who is killed leaves no lock: the next one opens at once, whatever process has that number now', async () => {
  const first = terrane(['serve', folder, '--port', '0'], env())
  await first.url()
  await first.stop('SIGKILL')
  const holder = path.join(base, 'home', 'harbour', 'lease.json')
  expect(JSON.parse(await readFile(holder, 'utf8'))).toMatchObject({ pid: first.child.pid })
  const next = await terrane(['run', folder, '--json'], env()).end
  expect(next.exit).toBe(0)
  expect(JSON.parse(next.out)).toMatchObject({ product: 'harbour', state: 'UNCHANGED', publication: 1 })
})
