import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type Dataset,
  type DatasetDecision,
  filesOf,
  outputContracts,
  type Problem,
  type Product,
  problem,
} from '@terrane/schema'
import type { Pin, Publications } from '../output-layer/store.js'
import { storageReason } from '../storage-error.js'
import type { AuditStore } from '../stores/stores.js'

export interface ServerFilesParts {
  product: Product
  publications: Pick<Publications, 'pin'>
  audit: Pick<AuditStore, 'record'>
  /** Remembers what was written last: JSON. */
  memory: string
}

/** By server and dataset, which publication was written where. */
type Written = Record<string, { publication: number; place: string }>

/**
 * The files that the servers of output contracts name, written from the publication in force once it is in force: whole
 * and with every property, whoever may read it by a grant. A file that cannot be written costs a warning; the next run
 * tries again, also one that finds nothing new.
 */
export class ServerFiles {
  constructor(private readonly parts: ServerFilesParts) {}

  async write(): Promise<Problem[]> {
    const wanted = outputContracts(this.parts.product).flatMap(filesOf)
    const pin = wanted.length > 0 ? await this.parts.publications.pin() : undefined
    if (!pin) return []
    try {
      const remembered = await this.remembered()
      const problems: Problem[] = []
      for (const { server, dataset, format, path: pattern, shown, place } of wanted) {
        const key = `${dataset.contract.id} ${server} ${dataset.name}`
        const [written, told] = [pattern, shown].map(text => text.replaceAll('{publication}', String(pin.number)))
        const file = path.resolve(this.parts.product.folder, written!)
        const storage = await openStorage(path.dirname(file))
        try {
          const before = remembered[key]
          const there = before?.publication === pin.number && before.place === file
          if (there && (await storage.has(path.basename(file)))) continue
          await storage.put(path.basename(file), () => exportAll(pin, dataset, format))
          remembered[key] = { publication: pin.number, place: file }
          await this.remember(remembered)
          this.record(pin, dataset)
        } catch (error) {
          const details = { dataset: dataset.name, path: told, server, reason: reasonOf(error) }
          problems.push(problem('SERVER_FILE_NOT_WRITTEN', details, place))
        }
      }
      return problems
    } finally {
      pin.release()
    }
  }

  private async remembered(): Promise<Written> {
    try {
      return JSON.parse(await readFile(this.parts.memory, 'utf8')) as Written
    } catch {
      return {} // nothing yet, or nothing that can be read: all is written again
    }
  }

  private async remember(written: Written): Promise<void> {
    const aside = `${this.parts.memory}.new`
    await writeFile(aside, JSON.stringify(written, null, 2))
    await rename(aside, this.parts.memory)
  }

  private record(pin: Pin, dataset: Dataset): void {
    const rows = pin.manifest.datasets.find(each => each.dataset === dataset.name)?.rows
    this.parts.audit.record({
      at: new Date().toISOString(),
      subject: `product:${this.parts.product.name}`,
      action: 'read',
      dataset: dataset.name,
      properties: dataset.properties.map(({ name }) => name).sort(),
      publication: pin.number,
      port: 'files',
      outcome: 'allowed',
      ...(rows === undefined ? {} : { rows }),
    })
  }
}

function exportAll(pin: Pin, dataset: Dataset, format: ReturnType<typeof filesOf>[number]['format']) {
  const names = dataset.properties.map(({ name }) => name)
  const properties = Object.fromEntries(names.map(name => [name, { discover: true, read: true as const }]))
  const everything: DatasetDecision = { discover: true, read: true, properties }
  return pin.columns.export(dataset, format, names, everything)
}

/** OpenDAL's native part is large: loaded where files are written. */
async function openStorage(root: string) {
  return (await import('./opendal.js')).storageAt('fs', { root })
}

/** In our words: a storage's own name its settings. */
function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return storageReason(error) ?? (typeof code === 'string' && code !== 'GenericFailure' ? code : 'it broke off')
}
