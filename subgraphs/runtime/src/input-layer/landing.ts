import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { type Problem, problem } from '@terrane/schema/problems'
import type { InputConnector, SourceItem } from '../input-ports/port.js'
import { scratchIn, sweepScratch } from '../scratch.js'
import type { MetadataStore } from '../stores/stores.js'
import { keyOf } from './arrival.js'
import type { LandedFile } from './landed.js'

/** Where a product lands what arrives. */
export interface Landing {
  /** `<home>/<product>` */
  folder: string
  metadata: Pick<MetadataStore, 'landed' | 'landTogether' | 'setCurrent' | 'current' | 'withdraw'>
  /** Largest file as received, in bytes. Default 16 GiB. */
  limitBytes?: number
}

const LIMIT_BYTES = 16 * 1024 ** 3
/** Half-received files, in a folder of their own, of which a start removes those that nobody is receiving. */
const INCOMING = '.incoming'

export type Landed = { file: LandedFile; duplicate: boolean; problems: [] } | { file?: undefined; problems: Problem[] }

/**
 * Keeps the bytes exactly as received under their SHA-256. They count only when all of them are on disk, durably, and
 * the metadata store knows them; until then they are a temporary file that `sweepLanding` removes. `inspect` says
 * what is wrong with a file, which is then refused instead of kept.
 */
export async function land(
  landing: Landing,
  arrival: Pick<LandedFile, 'port' | 'name' | 'format' | 'compression' | 'upstream'>,
  body: Readable,
  { inspect }: { inspect?: (file: LandedFile) => Promise<Problem | undefined> } = {},
): Promise<Landed> {
  const { port, name } = arrival
  const incoming = path.join(landing.folder, 'input', INCOMING)
  const temporary = `${scratchIn(incoming)}.${randomUUID()}`
  await mkdir(incoming, { recursive: true })
  try {
    const received = await write(body, temporary, landing.limitBytes ?? LIMIT_BYTES)
    if (received === undefined) {
      const limit = landing.limitBytes ?? LIMIT_BYTES
      return { problems: [problem('INPUT_TOO_LARGE', { port, file: name, limit }, { file: name })] }
    }
    const file: LandedFile = {
      ...arrival,
      sha256: received.sha256,
      path: placeOf(landing, port, received.sha256),
      bytes: received.bytes,
      receivedAt: new Date().toISOString(),
    }
    const wrong = await inspect?.({ ...file, path: temporary })
    if (wrong) return { problems: [wrong] }
    const isNew = await place(landing, file, temporary)
    return { file, duplicate: !isNew, problems: [] }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    return {
      problems: [problem('INPUT_INTERRUPTED', { port, file: name, reason: error.message }, { file: name })],
    }
  } finally {
    await rm(temporary, { force: true })
  }
}

/** A pushed file counts no more. False where there is none of this content. */
export function withdraw(landing: Landing, port: string, sha256: string): Promise<boolean> {
  return landing.metadata.withdraw(port, sha256)
}

/** Removes the bytes of a file that was withdrawn, unless it was pushed again. Call while no run reads them. */
export async function erase(landing: Landing, port: string, sha256: string): Promise<void> {
  await inTurn(landing, async () => {
    const landed = await landing.metadata.landed(port)
    if (landed.some(file => file.sha256 === sha256)) return
    await rm(placeOf(landing, port, sha256), { force: true })
  })
}

/** Putting a file in its place and removing it take two steps each, which must not mix. */
const turns = new WeakMap<Landing, Promise<unknown>>()
function inTurn<Done>(landing: Landing, act: () => Promise<Done>): Promise<Done> {
  const turn = (turns.get(landing) ?? Promise.resolve()).then(act)
  turns.set(
    landing,
    turn.catch(() => {}),
  )
  return turn
}

interface Arrived {
  file: LandedFile
  temporary: string
  /** With true where the content is new. */
  resolve: (isNew: boolean) => void
  reject: (reason: unknown) => void
}

const arrived = new WeakMap<Landing, Arrived[]>()
/** As many files come into force with one commit. */
const TOGETHER = 500

/**
 * Puts a received file in its place, durably. What arrives while others are being placed waits for them and then goes
 * together: a thousand messages are not a thousand commits, and none is told to be kept before its own is.
 */
function place(landing: Landing, file: LandedFile, temporary: string): Promise<boolean> {
  const waiting = arrived.get(landing) ?? []
  arrived.set(landing, waiting)
  return new Promise((resolve, reject) => {
    waiting.push({ file, temporary, resolve, reject })
    if (waiting.length > 1) return
    void inTurn(landing, async () => {
      while (waiting.length > 0) await placeTogether(landing, waiting.splice(0, TOGETHER))
    })
  })
}

async function placeTogether(landing: Landing, files: Arrived[]): Promise<void> {
  const placed: Arrived[] = []
  try {
    const folders = new Set(files.map(({ file }) => path.dirname(file.path)))
    for (const folder of folders) await mkdir(folder, { recursive: true })
    await Promise.all(
      files.map(each => rename(each.temporary, each.file.path).then(() => placed.push(each), each.reject)),
    )
    if (placed.length === 0) return
    for (const folder of folders) await syncFolder(folder)
    const isNew = await landing.metadata.landTogether(placed.map(({ file }) => file))
    for (const [at, { resolve }] of placed.entries()) resolve(isNew[at]!)
  } catch (error) {
    for (const { reject } of files) reject(error)
  }
}

/** Removes what a crash left half received. Call before anything lands. */
export async function sweepLanding(landing: Pick<Landing, 'folder'>): Promise<void> {
  await sweepScratch(path.join(landing.folder, 'input', INCOMING))
}

/**
 * Lists the source, reads only what its revision says is new, and then makes the listing the port's current input in
 * one step. With any problem the current input stays what it was: half a listing is never loaded.
 */
export async function pull(
  port: string,
  connector: InputConnector,
  landing: Landing,
): Promise<{ changed: boolean; problems: Problem[] }> {
  const current = await landing.metadata.current(port)
  const before = new Map(current.map(item => [item.name, item]))
  const known = new Map<string, string>()
  for (const { name, sha256, revision } of current) {
    if (revision !== undefined && (await isThere(landing, port, sha256))) known.set(name, revision)
  }
  const { items, problems } = await connector.list(known)
  if (problems.some(found => found.severity === 'error')) return { changed: false, problems }

  const listing: typeof current = []
  for (const item of items) {
    const was = before.get(item.name)
    if (was !== undefined && item.revision !== undefined && item.revision === known.get(item.name)) {
      listing.push(was)
      continue
    }
    const landed = await landItem(port, connector, item, landing)
    problems.push(...landed.problems)
    if (landed.file === undefined) continue
    const { revision } = item
    listing.push({ name: item.name, sha256: landed.file.sha256, ...(revision === undefined ? {} : { revision }) })
  }
  if (problems.some(found => found.severity === 'error')) return { changed: false, problems }

  const changed =
    listing.length !== current.length || listing.some(item => before.get(item.name)?.sha256 !== item.sha256)
  if (changed || listing.some(item => before.get(item.name)?.revision !== item.revision)) {
    await landing.metadata.setCurrent(port, listing)
  }
  return { changed, problems }
}

/**
 * The landed files that count now: of a pulled port the source's listing, of a pushed port everything that ever arrived.
 * One content counts once, under the first of its names; two only where their hive partitions differ, which are data.
 */
export async function inputFiles(port: string, way: 'pulled' | 'pushed', landing: Landing): Promise<LandedFile[]> {
  // What is stored is where the home stood when the file came; it may have been moved, or restored elsewhere.
  const landed = (await landing.metadata.landed(port)).map(file => ({
    ...file,
    path: placeOf(landing, port, file.sha256),
  }))
  if (way === 'pushed') return landed
  const bySha256 = new Map(landed.map(file => [file.sha256, file]))
  const current = await landing.metadata.current(port)
  const byKey = new Map<string, LandedFile>()
  for (const { name, sha256 } of current) {
    const file = bySha256.get(sha256)
    if (file === undefined) continue
    const named = { ...file, name }
    const key = keyOf(named)
    if (!byKey.has(key)) byKey.set(key, named)
  }
  return [...byKey.values()]
}

async function landItem(port: string, connector: InputConnector, item: SourceItem, landing: Landing): Promise<Landed> {
  const { name, format, compression, upstream } = item
  try {
    const body = await connector.open(item)
    const arrival = { port, name, format, ...(compression ? { compression } : {}), ...(upstream ? { upstream } : {}) }
    return await land(landing, arrival, body)
  } catch (error) {
    // The source took the item away, or broke off, between listing and opening.
    if (!(error instanceof Error) || error instanceof TypeError) throw error
    const reason = error.message.split('\n')[0]!.slice(0, 200)
    return { problems: [problem('SOURCE_UNREACHABLE', { port, pattern: name, reason }, { file: name })] }
  }
}

/** The sender's fault, as against the disk's. */
class Interrupted extends Error {}

/** Undefined where the body is larger than the limit. */
async function write(
  body: Readable,
  file: string,
  limitBytes: number,
): Promise<{ sha256: string; bytes: number } | undefined> {
  const hash = createHash('sha256')
  const target = await open(file, 'wx')
  let bytes = 0
  try {
    for await (const chunk of chunks(body)) {
      bytes += chunk.length
      if (bytes > limitBytes) return undefined
      hash.update(chunk)
      await target.writeFile(chunk)
    }
    await target.sync()
    return { sha256: hash.digest('hex'), bytes }
  } finally {
    await target.close()
  }
}

async function* chunks(body: Readable): AsyncGenerator<Buffer> {
  const from = body[Symbol.asyncIterator]()
  try {
    while (true) {
      const next = await from.next().catch(error => {
        throw new Interrupted(error instanceof Error ? error.message.split('\n')[0] : 'unknown')
      })
      if (next.done) return
      yield Buffer.isBuffer(next.value) ? next.value : Buffer.from(next.value)
    }
  } finally {
    body.destroy()
  }
}

function isThere(landing: Landing, port: string, sha256: string): Promise<boolean> {
  return stat(placeOf(landing, port, sha256)).then(
    () => true,
    () => false,
  )
}

const placeOf = (landing: Pick<Landing, 'folder'>, port: string, sha256: string) =>
  path.join(landing.folder, 'input', folderOf(port), sha256)

/** A port's name becomes a folder's: never one that leads elsewhere. */
function folderOf(port: string): string {
  if (!/^[\w][\w.-]*$/.test(port)) throw new TypeError(`a port's name is letters, digits, -, _ and dots, not ${port}`)
  return port
}

/** The rename is durable only when the folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
