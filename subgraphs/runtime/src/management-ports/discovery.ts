import {
  type AgreementInfo,
  type DataProductInfo,
  type Dataset,
  type DatasetInfo,
  datasetAddress,
  type FieldInfo,
  graphNames,
  type Model,
  type ModelInfo,
  type Product,
  type Property,
  type PublicationInfo,
  type QualityResult,
  type RunInfo,
  requiredPolicy,
  type ValueType,
} from '@terrane/schema'
import type { Manifest } from '../output-layer/store.js'
import { confirmedAt, freshnessOf } from './freshness.js'
import type { Asking, ManagedProduct } from './port.js'
import { discoverableDatasets, discoverableProperties, hiddenNames, namesAny, readableProperties } from './sight.js'

const SAMPLE_ROWS = 5
const RUNS_SHOWN = 20

/** The discovery port: what the product is, what it means, whether to trust it and how to get it, for this caller. */
export async function describeProduct(managed: ManagedProduct, asking: Asking): Promise<DataProductInfo> {
  const { product, stores, publications, address } = managed
  const [models, overlays, runs, published] = await Promise.all([
    managed.models(),
    stores.metadata.overlays(),
    stores.metadata.runs(RUNS_SHOWN),
    publications.list(),
  ])
  const pin = asking.pin ?? (await publications.pin())
  try {
    const manifest = pin?.manifest
    const contracts = product.outputPorts.map(port => port.contract)
    const quality = visibleQuality(managed, asking, manifest)
    const hidden = hiddenNames(product, asking.decision)
    const datasets = await Promise.all(
      discoverableDatasets(product, asking.decision).map(dataset =>
        describeDataset(managed, asking, dataset, quality, pin),
      ),
    )
    return {
      id: product.id,
      name: product.name,
      ...(product.title ? { title: product.title } : {}),
      version: product.version,
      status: product.status,
      domain: product.domain,
      ...(product.type ? { type: product.type } : {}),
      address,
      description: product.description,
      tags: product.tags,
      visibility: product.visibility,
      owner: {
        ...(product.team?.name ? { name: product.team.name } : {}),
        ...(product.team?.description ? { description: product.team.description } : {}),
        members: (product.team?.members ?? []).map(({ username, name, role }) => ({
          username,
          ...(name ? { name } : {}),
          ...(role ? { role } : {}),
        })),
      },
      support: product.support,
      inputPorts: product.inputPorts.map(port => ({
        name: port.name,
        version: port.version,
        kind: port.source.kind === 'product' ? 'product' : port.source.server.connector,
        contractId: port.contractId,
        ...(port.description ? { description: port.description } : {}),
        ...(port.source.kind === 'contract' && port.source.server.connector === 'push'
          ? { address: `${address}/input/${port.name}` }
          : {}),
      })),
      outputPorts: product.outputPorts.map(port => ({
        name: port.name,
        version: port.version,
        kind: port.type ?? 'tables',
        contractId: port.contract.id,
        ...(port.description ? { description: port.description } : {}),
      })),
      datasets,
      models: models.map(model => describeModel(model, overlays, manifest, hidden)),
      // Table names of the pipeline are hidden where they are the names of hidden datasets.
      lineage: (manifest?.lineage ?? []).filter(edge => ![edge.from, edge.to].some(table => namesAny(table, hidden))),
      publications: published.map(one => describePublication(one, pin?.number)),
      quality: {
        passed: quality.filter(result => result.passed).length,
        failed: quality.filter(result => !result.passed).length,
      },
      freshness: freshnessOf(contracts, confirmedAt(runs)),
      ...(manifest ? { publishedAt: manifest.createdAt } : {}),
      runs: runs.map(run => visibleRun(run, asking)),
      agreements: contracts.flatMap(contract =>
        contract.sla.map(
          (agreement): AgreementInfo => ({ ...agreement, contract: contract.id, value: String(agreement.value) }),
        ),
      ),
    }
  } finally {
    if (!asking.pin) pin?.release()
  }
}

/** Why a run failed may name columns and values of what is hidden: that is for those who may observe. */
export function visibleRun(run: RunInfo, asking: Asking): RunInfo {
  return asking.decision.actions.includes('observe') ? run : { ...run, problems: [] }
}

async function describeDataset(
  managed: ManagedProduct,
  asking: Asking,
  dataset: Dataset,
  quality: QualityResult[],
  pin: Asking['pin'],
): Promise<DatasetInfo> {
  const { product } = managed
  const readable = readableProperties(dataset, asking.decision)
  const decided = asking.decision.datasets[dataset.name]!
  const rows = pin?.manifest.datasets.find(one => one.dataset === dataset.name)?.rows
  const sample =
    pin && readable.length > 0
      ? await pin.columns.sample(
          dataset,
          readable.map(property => property.name),
          SAMPLE_ROWS,
          decided,
        )
      : []
  const address = datasetAddress(product, dataset)
  return {
    name: dataset.name,
    field: graphNames(product).dataset(dataset.name)!.list,
    version: dataset.contract.version,
    address,
    contract: dataset.contract.id,
    primaryKey: dataset.primaryKey,
    ...(dataset.description ? { description: dataset.description } : {}),
    // How many rows there are is itself data where only some of them may be seen.
    ...(rows === undefined || decided.rows !== undefined ? {} : { rowCount: rows }),
    fields: discoverableProperties(dataset, asking.decision).map(property =>
      describeField(product, dataset, property, readable.includes(property)),
    ),
    sample,
    quality: quality.filter(result => result.dataset === dataset.name),
  }
}

function describeField(product: Product, dataset: Dataset, property: Property, readable: boolean): FieldInfo {
  const requiredGrant = requiredPolicy(product, dataset, property) ?? requiredPolicy(product, dataset)
  return {
    name: property.name,
    field: graphNames(product).dataset(dataset.name)!.property(property.name)!.field,
    type: typeName(property.type),
    required: property.required,
    unique: property.unique,
    key: dataset.primaryKey.includes(property.name),
    readable,
    ...(property.description ? { description: property.description } : {}),
    ...(property.classification ? { classification: property.classification } : {}),
    ...(property.deprecated === undefined ? {} : { deprecated: property.deprecated }),
    ...(property.relationship ? { relationship: property.relationship.entity } : {}),
    ...(requiredGrant ? { requiredGrant } : {}),
  }
}

function typeName(type: ValueType): string {
  if (type.kind === 'decimal') return `decimal(${type.precision},${type.scale})`
  return type.kind === 'array' ? `array<${typeName(type.items)}>` : type.kind
}

function describeModel(
  model: Model,
  overlays: { model: string; by: string; at: string }[],
  manifest: Manifest | undefined,
  hidden: string[],
): ModelInfo {
  const overlay = overlays.find(one => one.model === model.name)
  const table = `${model.layer}.${model.name}`
  const mayShow = !namesAny(model.sql, hidden)
  return {
    name: model.name,
    layer: model.layer,
    ...(mayShow ? { sql: model.sql } : {}),
    reads: (manifest?.lineage ?? [])
      .filter(edge => edge.to === table && !namesAny(edge.from, hidden))
      .map(edge => edge.from),
    overlay: overlay !== undefined,
    ...(overlay ? { changedBy: overlay.by, changedAt: overlay.at } : {}),
  }
}

function describePublication(manifest: Manifest, current: number | undefined): PublicationInfo {
  return {
    number: manifest.number,
    publishedAt: manifest.createdAt,
    rowCount: manifest.datasets.reduce((sum, dataset) => sum + dataset.rows, 0),
    current: manifest.number === current,
    inputs: manifest.inputs,
  }
}

/** Results on what the caller may know of. */
function visibleQuality(managed: ManagedProduct, asking: Asking, manifest: Manifest | undefined): QualityResult[] {
  const hidden = hiddenNames(managed.product, asking.decision)
  return (manifest?.quality ?? []).filter(result => {
    const decided = asking.decision.datasets[result.dataset]
    if (!decided?.discover) return false
    if (result.property !== undefined && !decided.properties[result.property]?.discover) return false
    return !namesAny(result.rule, hidden)
  })
}
