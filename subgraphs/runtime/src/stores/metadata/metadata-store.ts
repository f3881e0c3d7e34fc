import type { RunInfo } from '@terrane/schema'
import type { QueryDeepPartialEntity } from 'typeorm'
import type { LandedFile } from '../../input-layer/landed.js'
import type { StoreConnection } from '../store-connection.js'
import type { MetadataStore, Overlay, QualityOverlay } from '../stores.js'
import {
  CurrentItemEntity,
  DeploymentEntity,
  LandedFileEntity,
  OverlayEntity,
  PublicationEntity,
  PublicationPointerEntity,
  QualityOverlayEntity,
  RunEntity,
} from './entities.js'

/** Rows of one insert; below SQLite's and MySQL's limits on parameters. */
const BATCH = 500
const ONLY = { id: 1 }

export class TypeOrmMetadataStore implements MetadataStore {
  constructor(private readonly store: StoreConnection) {}

  async landed(port?: string): Promise<LandedFile[]> {
    const found = await this.store.read(manager =>
      manager.find(LandedFileEntity, {
        where: port === undefined ? {} : { port },
        order: { receivedAt: 'ASC', sha256: 'ASC' },
      }),
    )
    return found.map(withoutNulls<LandedFile>)
  }

  async land(file: LandedFile): Promise<boolean> {
    const [isNew] = await this.landTogether([file])
    return isNew!
  }

  landTogether(files: readonly LandedFile[]): Promise<boolean[]> {
    const keyOf = ({ port, sha256 }: Pick<LandedFile, 'port' | 'sha256'>) => `${port}/${sha256}`
    return this.store.write(async manager => {
      const found = await manager.find(LandedFileEntity, {
        select: { port: true, sha256: true },
        where: files.map(({ port, sha256 }) => ({ port, sha256 })),
      })
      const known = new Set(found.map(keyOf))
      const fresh = new Map<string, QueryDeepPartialEntity<LandedFileEntity>>()
      const isNew: boolean[] = []
      for (const file of files) {
        const { port, sha256, name, receivedAt, upstream } = file
        const key = keyOf(file)
        isNew.push(!known.has(key) && !fresh.has(key))
        // Of one content that arrives several times the last says what it is called.
        const refreshed = { name, receivedAt, upstream: upstream ?? null }
        if (known.has(key)) await manager.update(LandedFileEntity, { port, sha256 }, refreshed)
        else fresh.set(key, { compression: null, ...(fresh.get(key) ?? file), ...refreshed })
      }
      if (fresh.size > 0) await manager.insert(LandedFileEntity, [...fresh.values()])
      return isNew
    })
  }

  withdraw(port: string, sha256: string): Promise<boolean> {
    return this.store.write(async manager => {
      const { affected } = await manager.delete(LandedFileEntity, { port, sha256 })
      return Boolean(affected)
    })
  }

  setCurrent(port: string, items: { name: string; sha256: string; revision?: string }[]): Promise<void> {
    return this.store.write(async manager => {
      await manager.delete(CurrentItemEntity, { port })
      const rows = items.map((item, position) => ({ revision: null, ...item, port, position }))
      for (let at = 0; at < rows.length; at += BATCH)
        await manager.insert(CurrentItemEntity, rows.slice(at, at + BATCH))
    })
  }

  async current(port: string): Promise<{ name: string; sha256: string; revision?: string }[]> {
    const found = await this.store.read(manager =>
      manager.find(CurrentItemEntity, { where: { port }, order: { position: 'ASC' } }),
    )
    return found.map(({ name, sha256, revision }) => withoutNulls({ name, sha256, revision }))
  }

  startRun(run: Pick<RunInfo, 'id' | 'trigger' | 'startedAt'>): Promise<void> {
    const { id, trigger, startedAt } = run
    return this.store.write(async manager => {
      await manager.insert(RunEntity, { id, trigger, startedAt, state: 'RUNNING', problems: [], quarantined: 0 })
    })
  }

  finishRun(run: RunInfo): Promise<void> {
    return this.store.write(async manager => {
      await manager.upsert(RunEntity, { finishedAt: null, seconds: null, publication: null, ...run }, ['id'])
    })
  }

  async runs(limit: number): Promise<RunInfo[]> {
    const found = await this.store.read(manager =>
      manager.find(RunEntity, { order: { startedAt: 'DESC', id: 'DESC' }, take: limit }),
    )
    return found.map(withoutNulls<RunInfo>)
  }

  overlays(): Promise<Overlay[]> {
    return this.store.read(async manager => {
      const found = await manager.find(OverlayEntity, { order: { model: 'ASC' } })
      return found.map(({ model, sql, baselineSha256, by, at }) => ({ model, sql, baselineSha256, by, at }))
    })
  }

  putOverlay(overlay: Overlay): Promise<void> {
    return this.store.write(async manager => {
      await manager.upsert(OverlayEntity, { ...overlay }, ['model'])
    })
  }

  removeOverlay(model: string): Promise<boolean> {
    return this.store.write(async manager => {
      const { affected } = await manager.delete(OverlayEntity, { model })
      return Boolean(affected)
    })
  }

  qualityOverlays(): Promise<QualityOverlay[]> {
    return this.store.read(async manager => {
      const found = await manager.find(QualityOverlayEntity, { order: { dataset: 'ASC' } })
      return found.map(({ dataset, rules, baselineSha256, by, at }) => ({ dataset, rules, baselineSha256, by, at }))
    })
  }

  putQualityOverlay(overlay: QualityOverlay): Promise<void> {
    return this.store.write(async manager => {
      await manager.upsert(QualityOverlayEntity, { ...overlay } as object, ['dataset'])
    })
  }

  removeQualityOverlay(dataset: string): Promise<boolean> {
    return this.store.write(async manager => {
      const { affected } = await manager.delete(QualityOverlayEntity, { dataset })
      return Boolean(affected)
    })
  }

  deployed(): Promise<{ sha256: string; at: string } | undefined> {
    return this.store.read(async manager => {
      const found = await manager.findOneBy(DeploymentEntity, ONLY)
      return found ? { sha256: found.sha256, at: found.at } : undefined
    })
  }

  setDeployed(sha256: string, documents: Record<string, unknown>): Promise<void> {
    return this.store.write(async manager => {
      // One statement: what starts beside this process may write the same row. TypeORM types the documents too deeply.
      const row = { ...ONLY, sha256, at: new Date().toISOString(), documents }
      await manager.upsert(DeploymentEntity, row as object, ['id'])
    })
  }

  async currentPublication(): Promise<number | undefined> {
    const pointer = await this.store.read(manager => manager.findOneBy(PublicationPointerEntity, ONLY))
    return pointer?.current ?? undefined
  }

  reservePublication(): Promise<number> {
    return this.store.write(async manager => {
      await manager.increment(PublicationPointerEntity, ONLY, 'lastReserved', 1)
      return (await manager.findOneByOrFail(PublicationPointerEntity, ONLY)).lastReserved
    })
  }

  commitPublication(number: number, manifest: object): Promise<void> {
    return this.store.write(async manager => {
      await manager.delete(PublicationEntity, { number })
      await manager.insert(PublicationEntity, { number, manifest })
      await manager.update(PublicationPointerEntity, ONLY, { current: number })
    })
  }

  publications(): Promise<{ number: number; manifest: object }[]> {
    return this.store.read(async manager => {
      const found = await manager.find(PublicationEntity, { order: { number: 'ASC' } })
      return found.map(({ number, manifest }) => ({ number, manifest }))
    })
  }

  forgetPublication(number: number): Promise<void> {
    return this.store.write(async manager => {
      await manager.delete(PublicationEntity, { number })
    })
  }
}

/** Rows have nulls where interfaces have absent members. */
function withoutNulls<Shape>(row: object): Shape {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined)) as Shape
}
