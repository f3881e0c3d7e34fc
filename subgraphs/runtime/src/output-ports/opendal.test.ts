import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { storageAt } from './opendal.js'

test('a file is whole or what it was before, whatever breaks off in the middle', async () => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'terrane-storage-'))
  const storage = storageAt('fs', { root: path.join(root, 'made', 'when', 'needed') })
  const read = () => readFile(path.join(root, 'made', 'when', 'needed', 'x.csv'), 'utf8')
  expect(await storage.has('x.csv')).toBe(false)
  await storage.put('x.csv', async () => Readable.from([Buffer.from('first')]))
  const breaking = async function* () {
    yield Buffer.alloc(3_000_000, 'x')
    throw new Error('the source went away')
  }
  await expect(storage.put('x.csv', async () => Readable.from(breaking()))).rejects.toThrow('the source went away')
  expect(await read()).toBe('first')
  await storage.put('x.csv', async () => Readable.from([Buffer.from('second')]))
  expect(await read()).toBe('second')
  expect(await readdir(path.join(root, 'made', 'when', 'needed'))).toEqual(['x.csv'])
  await rm(root, { recursive: true })
})
