import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Product } from '@terrane/schema'
import type { Lease } from '../lease.js'
import { scratchIn, sweepScratch } from '../scratch.js'
import { patiently } from '../store-unavailable.js'
import type { MetadataStore } from '../stores/stores.js'
import { DuckDbColumnStore } from './column-store.js'
import { openRowBackend, type RowBackend } from './row-backend.js'
import type { ColumnStore, FinishedManifest, Manifest, Pin, Publications, RowStore } from './store.js'

export interface OpenPublicationsOptions {
  /** The product's own folder, `<home>/<product>`. */
  folder: string
  product: Pick<Product, 'name' | 'datasets'>
  /** Holds the pointer and the history. */
  metadata: Pick<
    MetadataStore,
    'currentPublication' | 'reservePublication' | 'commitPublication' | 'publications' | 'forgetPublication'
  >
  /** `mysql://…` for rows; `rows.sqlite` per publication without it. */
  databaseUrl?: string
  /** Publications kept beside the current one. Default 3. */
  keep?: number
  /** What another process has begun looks like what a crash left: nothing is swept while one runs. */
  lease?: Pick<Lease, 'tryTake'>
  /**
   * Other processes serve the same publications: what one of them reads no other knows of, so what went out of force
   * less than `graceSeconds` ago stays; and what another publishes is noticed.
   */
  shared?: boolean
  /** Longer than a request may take. Default 60. */
  graceSeconds?: number
  log?: (event: { level: 'info' | 'warn' | 'error'; message: string; [detail: string]: unknown }) => void
}

const GRACE_SECONDS = 60
/** How soon what another process published is noticed. */
const WATCH_MILLISECONDS = 2000

/** Opens a product's publications and removes what a crash left. */
export async function openPublications(options: OpenPublicationsOptions): Promise<Publications> {
  const backend = await openRowBackend(options)
  const publications = new FolderPublications(options, backend)
  try {
    const held = await options.lease?.tryTake()
    if (held || !options.lease) await publications.sweep().finally(() => held?.release())
    if (options.shared) await publications.watchOthers()
    return publications
  } catch (error) {
    await publications.close()
    throw error
  }
}

/** As it is stored, with what older ones lack. */
function manifestOf(stored: object): Manifest {
  const manifest = stored as FinishedManifest & Partial<Manifest>
  return { ...manifest, id: manifest.id ?? manifest.createdAt }
}

/** A publication whose stores are open. */
interface Held {
  manifest: Manifest
  rows: RowStore
  columns: ColumnStore
}

class FolderPublications implements Publications {
  private readonly held = new Map<number, Promise<Held>>()
  private readonly pins = new Map<number, number>()
  /** Begun by this process and neither committed nor abandoned: not orphans. */
  private readonly begun = new Set<number>()
  /** Beyond the last N, but pinned when they should have gone. */
  private readonly overdue = new Set<number>()
  private readonly listeners = new Set<(number: number) => void>()
  private readonly folder: string
  private readonly temporaryFolder: string
  /** The last that listeners were told of, and what looks for those that others publish. */
  private told?: number
  private watch?: NodeJS.Timeout
  /** Commits and removals follow one another. */
  private last: Promise<unknown> = Promise.resolve()
  private closed = false

  constructor(
    private readonly options: OpenPublicationsOptions,
    private readonly backend: RowBackend,
  ) {
    this.folder = join(options.folder, 'publications')
    this.temporaryFolder = scratchIn(join(options.folder, 'temporary'))
  }

  current(): Promise<number | undefined> {
    return this.options.metadata.currentPublication()
  }

  async begin(): Promise<{ number: number; folder: string; tables: Record<string, string> }> {
    const number = await this.options.metadata.reservePublication()
    this.begun.add(number)
    const folder = join(this.folder, String(number))
    await mkdir(this.folder, { recursive: true })
    // Not `recursive`: a folder that is there already would be a number used twice.
    await mkdir(folder)
    const datasets = this.options.product.datasets.map(({ name }) => name)
    return { number, folder, tables: this.backend.tables(number, datasets) }
  }

  commit(finished: FinishedManifest): Promise<void> {
    return this.inTurn(async () => {
      const manifest: Manifest = { ...finished, id: randomUUID(), cursorKey: randomBytes(32).toString('base64url') }
      const { number } = manifest
      const folder = join(this.folder, String(number))
      await writeDurably(folder, manifest)
      await this.options.metadata.commitPublication(number, manifest)
      this.begun.delete(number)
      this.tell(number)
      await this.retire().catch(error => this.warn('An old publication could not be removed yet.', error))
    })
  }

  abandon(number: number): Promise<void> {
    return this.inTurn(async () => {
      await this.discard(number)
      this.begun.delete(number)
    })
  }

  async pin(asked?: number): Promise<Pin | undefined> {
    if (this.closed) throw new TypeError('The publications are closed.')
    for (;;) {
      const number = asked ?? (await this.current())
      if (number === undefined) return undefined
      // Counted before anything is awaited, so that nobody removes it meanwhile.
      this.pins.set(number, (this.pins.get(number) ?? 0) + 1)
      try {
        const held = await this.hold(number)
        if (held) return this.pinned(number, held)
      } catch (error) {
        this.release(number)
        throw error
      }
      this.release(number)
      if (asked !== undefined) return undefined
      // It went between the pointer's reading and the pin: the pointer has moved. Where it has not, it is lost.
      if ((await this.current()) === number) throw new Error(`Publication ${number} is in force but not there.`)
    }
  }

  async list(): Promise<Manifest[]> {
    return (await this.options.metadata.publications()).map(({ manifest }) => manifestOf(manifest))
  }

  sweep(): Promise<void> {
    return this.inTurn(async () => {
      const known = new Set((await this.options.metadata.publications()).map(({ number }) => number))
      const current = await this.current()
      const kept = (number: number) =>
        known.has(number) || number === current || this.begun.has(number) || this.pins.has(number)
      const folders = await readdir(this.folder).catch(() => [])
      const orphans = new Set(
        [...folders.map(Number), ...(await this.backend.numbers())].filter(number => !kept(number)),
      )
      for (const number of orphans) {
        if (!Number.isSafeInteger(number)) continue
        // Looked at again: it may have come into force while others were removed.
        const now = await this.options.metadata.publications()
        if (this.begun.has(number) || this.pins.has(number) || number === (await this.current())) continue
        if (now.some(each => each.number === number)) continue
        this.options.log?.({ level: 'info', message: 'Removing what an unfinished run left.', publication: number })
        await this.discard(number)
      }
      if (this.pins.size === 0) await sweepScratch(join(this.temporaryFolder, '..'))
      await this.retire()
    })
  }

  onCommit(listener: (number: number) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** From now on listeners are told of what other processes publish, too. */
  async watchOthers(): Promise<void> {
    this.told = await this.current()
    const look = async () => {
      const number = await this.current()
      if (number !== undefined && number !== this.told && !this.begun.has(number)) this.tell(number)
    }
    // A store that is away is told of by whoever asks for data.
    this.watch = setInterval(() => void look().catch(() => undefined), WATCH_MILLISECONDS).unref()
  }

  private tell(number: number): void {
    this.told = number
    for (const listener of this.listeners) listener(number)
  }

  async close(): Promise<void> {
    this.closed = true
    clearInterval(this.watch)
    await this.last.catch(() => undefined)
    for (const [number] of this.held) await this.letGo(number)
    await this.backend.close()
  }

  private pinned(number: number, { manifest, rows, columns }: Held): Pin {
    let released = false
    return {
      number,
      manifest,
      rows,
      columns,
      release: () => {
        if (released) return
        released = true
        this.release(number)
      },
    }
  }

  private release(number: number): void {
    const pins = (this.pins.get(number) ?? 1) - 1
    if (pins > 0) {
      this.pins.set(number, pins)
      return
    }
    this.pins.delete(number)
    // The last reader of one beyond the last N takes it along.
    if (this.overdue.has(number))
      this.inTurn(() => this.retire()).catch(error => this.warn('An old publication could not be removed yet.', error))
  }

  private hold(number: number): Promise<Held | undefined> {
    const known = this.held.get(number)
    if (known) return known
    const opening = this.openPublication(number)
    this.held.set(number, opening as Promise<Held>)
    opening.then(
      held => held ?? this.held.delete(number),
      () => this.held.delete(number),
    )
    return opening
  }

  private async openPublication(number: number): Promise<Held | undefined> {
    const known = (await this.options.metadata.publications()).find(each => each.number === number)
    if (!known) return undefined
    const folder = join(this.folder, String(number))
    const manifest = manifestOf(known.manifest)
    const rows = await patiently('rows', () => this.backend.open(folder, manifest))
    return { manifest, rows, columns: new DuckDbColumnStore(join(folder, 'columns.duckdb'), this.temporaryFolder) }
  }

  /** Removes what is neither pinned nor among the last N and the current one. The history forgets first. */
  private async retire(): Promise<void> {
    if (this.closed) return
    const history = await this.options.metadata.publications()
    const current = await this.current()
    const old = history.filter(({ number }) => number !== current)
    const beyond = old
      .slice(0, Math.max(0, old.length - (this.options.keep ?? 3)))
      .map(({ number }) => number)
      .filter(number => !this.mayBeReadElsewhere(history.find(each => each.number > number)))
    for (const number of new Set([...beyond, ...this.overdue])) {
      this.overdue.add(number)
      if (this.pins.has(number)) continue
      await this.options.metadata.forgetPublication(number)
      // Pinned in this very moment, by a reader who found its stores open.
      if (this.pins.has(number)) continue
      this.overdue.delete(number)
      await this.discard(number)
    }
  }

  private mayBeReadElsewhere(next: { manifest: object } | undefined): boolean {
    if (!this.options.shared || !next) return false
    const grace = (this.options.graceSeconds ?? GRACE_SECONDS) * 1000
    return Date.now() - Date.parse((next.manifest as Manifest).createdAt) < grace
  }

  private async discard(number: number): Promise<void> {
    await this.letGo(number)
    await this.backend.remove(number)
    await rm(join(this.folder, String(number)), { recursive: true, force: true })
  }

  private async letGo(number: number): Promise<void> {
    // Out of reach before anything is awaited: who pins it now finds that it is gone.
    const opening = this.held.get(number)
    this.held.delete(number)
    const held = await opening?.catch(() => undefined)
    await held?.rows.close()
    await held?.columns.close()
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work)
    this.last = result.catch(() => undefined)
    return result
  }

  private warn(message: string, error: unknown): void {
    this.options.log?.({ level: 'warn', message, error })
  }
}

/** Everything in the folder reaches the disk before the manifest does, and the manifest before the pointer moves. */
async function writeDurably(folder: string, manifest: Manifest): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) await synced(join(folder, entry.name), 'r')
  }
  await synced(join(folder, 'manifest.json'), 'w', `${JSON.stringify(manifest, null, 2)}\n`)
  await synced(folder, 'r')
  await synced(join(folder, '..'), 'r')
}

async function synced(path: string, flags: 'r' | 'w', content?: string): Promise<void> {
  const file = await open(path, flags)
  try {
    if (content !== undefined) await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
