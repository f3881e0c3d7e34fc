import type { Dataset, Row, Value } from '@terrane/schema'
import DataLoader from 'dataloader'
import type { Reading } from '../reading.js'
import type { Allowance } from './allowance.js'

/** Keys that one statement looks up at most. */
const BATCH = 500

/**
 * Look-ups by key of one request, gathered into one statement per dataset, publication and selection. Made for a
 * request and gone with it, so that no caller meets another's rows.
 */
export class RowLoaders {
  private readonly loaders = new Map<string, DataLoader<Value[], Row | null, string>>()

  constructor(
    private readonly reading: Reading,
    private readonly allowance: Allowance,
  ) {}

  load(dataset: Dataset, key: Value[], properties: string[], asOf: number | undefined): Promise<Row | null> {
    const name = JSON.stringify([dataset.name, asOf ?? null, ...properties])
    let loader = this.loaders.get(name)
    if (!loader) {
      loader = new DataLoader(keys => this.rows(dataset, keys, properties, asOf), {
        cacheKeyFn: key => JSON.stringify(key),
        maxBatchSize: BATCH,
      })
      this.loaders.set(name, loader)
    }
    return loader.load(key)
  }

  private async rows(dataset: Dataset, keys: readonly Value[][], properties: string[], asOf: number | undefined) {
    const pin = await this.reading.pin(asOf)
    const decision = this.reading.may(dataset.name)
    const rows = await this.allowance.read(() => pin.rows.byKeys(dataset, [...keys], properties, decision))
    const found = rows.filter(row => row !== null).length
    this.allowance.took(found * properties.length)
    this.reading.note(dataset.name, properties, found, pin.number)
    return rows
  }
}
