import {
  type AgreementInfo,
  type Contract,
  type DataProductInfo,
  type Dataset,
  type DatasetDecision,
  type DatasetInfo,
  datasetAddress,
  type FieldInfo,
  graphNames,
  type Model,
  type ModelInfo,
  outputContracts,
  type PortFieldInfo,
  type Product,
  type Property,
  type PublicationInfo,
  type QualityResult,
  requiredPolicy,
  type ValueType,
} from '@terrane/schema'
import type { Manifest, Pin } from '../output-layer/store.js'
import { confirmedAt, freshnessOf } from './freshness.js'
import { maskOf, rowFilterOf } from './obligations.js'
import type { Asking, ManagedProduct } from './port.js'
import { readsEverything, type Sight, sightOf } from './sight.js'
import { visibleRun } from './visible-run.js'

const SAMPLE_ROWS = 5
const RUNS_SHOWN = 20

/**
 * The discovery port: what the product is, what it means, whether to trust it and how to get it, for this caller. Sample
 * rows are a reading of data, so only with `samples`, and audited as such.
 */
export async function describeProduct(
  managed: ManagedProduct,
  asking: Asking,
  samples = true,
): Promise<DataProductInfo> {
  const { product, stores, publications, address } = managed
  const [models, overlays, rules, runs, published] = await Promise.all([
    managed.models(),
    stores.metadata.overlays(),
    stores.metadata.qualityOverlays(),
    stores.metadata.runs(RUNS_SHOWN),
    publications.list(),
  ])
  const pin = asking.pin ?? (await publications.pin())
  try {
    const manifest = pin?.manifest
    const sight = sightOf(product, asking.decision)
    const quality = visibleQuality(sight, asking, manifest)
    const datasets = await Promise.all(
      sight.datasets.map(async dataset => {
        const described = await describeDataset(managed, asking, dataset, sight, quality, pin, samples)
        const changed = rules.find(one => one.dataset === dataset.name)
        if (!changed) return described
        // Who works on the product is nothing for visitors.
        const by = asking.caller.authenticated ? { qualityChangedBy: changed.by } : {}
        return { ...described, ...by, qualityChangedAt: changed.at }
      }),
    )
    const shown = visibleText(sight)
    return {
      id: product.id,
      name: product.name,
      ...shown({ title: product.title }),
      version: product.version,
      status: product.status,
      domain: product.domain,
      ...(product.type ? { type: product.type } : {}),
      address,
      description: shown(product.description),
      tags: product.tags.filter(tag => !sight.tells(tag)),
      visibility: product.visibility,
      owner: {
        ...shown({ name: product.team?.name, description: product.team?.description }),
        members: (product.team?.members ?? []).map(({ username, name, role }) => ({
          username,
          ...shown({ name, role }),
        })),
      },
      support: product.support
        .filter(({ channel, url }) => !sight.tells(`${channel} ${url ?? ''}`))
        .map(({ channel, tool, url }) => ({ channel, ...(tool ? { tool } : {}), ...(url ? { url } : {}) })),
      ...describePorts(product, address, asking, sight),
      datasets,
      models: models
        .filter(model => !sight.tells(model.name))
        .map(model => describeModel(model, product, asking, overlays, manifest, sight)),
      // Table names of the pipeline are hidden where they are the names of hidden datasets.
      lineage: (manifest?.lineage ?? []).filter(({ from, to }) => !sight.tells(from) && !sight.tells(to)),
      publications: published
        .map(one => describePublication(one, product, asking, sight, pin?.number))
        .sort((one, other) => other.number - one.number),
      quality: {
        passed: quality.filter(result => result.passed).length,
        failed: quality.filter(result => !result.passed).length,
      },
      freshness: freshnessOf(outputContracts(product), confirmedAt(runs)),
      ...(manifest ? { publishedAt: manifest.createdAt } : {}),
      runs: runs.map(run => visibleRun(run, asking, sight)),
      agreements: outputContracts(product).flatMap(contract => agreementsOf(contract, sight)),
    }
  } finally {
    if (!asking.pin) pin?.release()
  }
}

/** Without texts that are absent or tell a hidden name. */
function visibleText(sight: Sight) {
  return <Texts extends Record<string, string | undefined>>(texts: Texts): { [Name in keyof Texts]?: string } =>
    Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined && !sight.tells(text))) as {
      [Name in keyof Texts]?: string
    }
}

function describePorts(
  product: Product,
  address: string,
  asking: Asking,
  sight: Sight,
): Pick<DataProductInfo, 'inputPorts' | 'outputPorts' | 'managementPorts'> {
  const shown = visibleText(sight)
  const known = (port: { name: string }, contractId: string) => !sight.tells(`${port.name} ${contractId}`)
  return {
    inputPorts: product.inputPorts
      .filter(port => known(port, port.contractId))
      .map(({ name, version, source, contractId, description }) => ({
        name,
        version,
        kind: source.kind === 'product' ? 'product' : source.server.connector,
        contractId,
        ...shown({ description }),
        ...(source.kind === 'contract' && source.server.connector === 'push'
          ? { address: `${address}/input/${name}` }
          : {}),
        ...(source.kind === 'contract' && observes(asking) ? { fields: expectedFields(source.contract, sight) } : {}),
      })),
    outputPorts: product.outputPorts
      .filter(port => known(port, port.contract.id))
      .map(({ name, version, type, contract, description }) => ({
        name,
        version,
        kind: type ?? 'tables',
        contractId: contract.id,
        ...shown({ description }),
      })),
    managementPorts: product.managementPorts
      .filter(({ name }) => !sight.tells(name))
      .map(({ name, content, type, description }) => ({
        name,
        content,
        ...shown({ type, description }),
        ...(Object.hasOwn(PLACES, content) ? { address: `${address}${PLACES[content]}` } : {}),
      })),
  }
}

/** Where management ports are, by their `content` (ODPS). */
const PLACES: Record<string, string> = { discoverability: '', control: '/control', observability: '/observability' }

/** Before anything is taken out of the data: for whom the input contract is, too. */
function observes({ decision: { actions } }: Asking): boolean {
  return actions.includes('control') || actions.includes('observe')
}

function expectedFields({ datasets }: Contract, sight: Sight): PortFieldInfo[] {
  return datasets
    .flatMap(({ properties }) => properties)
    .filter(({ name, physicalName }) => !sight.tells(`${name} ${physicalName}`))
    .map(({ name, type, required, description, classification }) => ({
      name,
      type: typeName(type),
      required,
      ...visibleText(sight)({ description, classification }),
    }))
}

function agreementsOf(contract: Contract, sight: Sight): AgreementInfo[] {
  return contract.sla
    .map(({ shown, ...agreement }) => ({
      ...agreement,
      contract: contract.id,
      value: shown ?? String(agreement.value),
    }))
    .filter(agreement => !sight.tells(Object.values(agreement).join(' ')))
}

async function sampleOf(managed: ManagedProduct, asking: Asking, dataset: Dataset, readable: Property[], pin: Pin) {
  if (readable.length === 0) return []
  const properties = readable.map(({ name }) => name)
  const rows = await pin.columns.sample(dataset, properties, SAMPLE_ROWS, asking.decision.datasets[dataset.name]!)
  managed.stores.audit.record({
    at: new Date().toISOString(),
    subject: asking.caller.subject,
    action: 'read',
    dataset: dataset.name,
    properties: [...properties].sort(),
    rows: rows.length,
    publication: pin.number,
    port: 'discovery',
    outcome: 'allowed',
  })
  return rows
}

async function describeDataset(
  managed: ManagedProduct,
  asking: Asking,
  dataset: Dataset,
  sight: Sight,
  quality: QualityResult[],
  pin: Asking['pin'],
  samples: boolean,
): Promise<DatasetInfo> {
  const { product } = managed
  const readable = sight.readable(dataset)
  const rows = pin?.manifest.datasets.find(one => one.dataset === dataset.name)?.rows
  const sample = pin && samples ? await sampleOf(managed, asking, dataset, readable, pin) : []
  const address = datasetAddress(product, dataset)
  const decided = asking.decision.datasets[dataset.name]!
  return {
    name: dataset.name,
    field: graphNames(product).dataset(dataset.name)!.list,
    version: dataset.contract.version,
    address,
    contract: dataset.contract.id,
    primaryKey: dataset.primaryKey,
    ...visibleText(sight)({ description: dataset.description }),
    // How many rows there are is itself data where only some of them may be seen.
    ...(rows === undefined || !sight.countable(dataset) ? {} : { rowCount: rows }),
    onlySomeRows: decided.read && decided.rows !== undefined,
    ...visibleText(sight)({ rowFilter: rowFilterOf(decided, dataset) }),
    fields: sight
      .properties(dataset)
      .map(property => describeField(managed, dataset, property, sight, decided, readable.includes(property))),
    sample,
    quality: quality.filter(result => result.dataset === dataset.name),
  }
}

function describeField(
  { product, holds }: ManagedProduct,
  dataset: Dataset,
  property: Property,
  sight: Sight,
  decided: DatasetDecision,
  readable: boolean,
): FieldInfo {
  const mask = readable ? maskOf(decided, property, holds) : undefined
  const requiredGrant = requiredPolicy(product, dataset, property) ?? requiredPolicy(product, dataset)
  return {
    name: property.name,
    field: graphNames(product).dataset(dataset.name)!.property(property.name)!.field,
    type: typeName(property.type),
    required: property.required,
    unique: property.unique,
    key: dataset.primaryKey.includes(property.name),
    readable,
    ...visibleText(sight)({
      description: property.description,
      classification: property.classification,
      deprecated: property.deprecated,
      relationship: property.relationship?.entity,
    }),
    ...(requiredGrant ? { requiredGrant } : {}),
    ...(mask ? { mask } : {}),
  }
}

function typeName(type: ValueType): string {
  if (type.kind === 'decimal') return `decimal(${type.precision},${type.scale})`
  return type.kind === 'array' ? `array<${typeName(type.items)}>` : type.kind
}

function describeModel(
  model: Model,
  product: Product,
  asking: Asking,
  overlays: { model: string; by: string; at: string }[],
  manifest: Manifest | undefined,
  sight: Sight,
): ModelInfo {
  const overlay = overlays.find(one => one.model === model.name)
  const baseline = overlay && product.models.find(one => one.name === model.name)?.sql
  const table = `${model.layer}.${model.name}`
  return {
    name: model.name,
    layer: model.layer,
    ...(sight.tells(model.sql) ? {} : { sql: model.sql }),
    reads: (manifest?.lineage ?? [])
      .filter(edge => edge.to === table && !sight.tells(edge.from))
      .map(edge => edge.from),
    overlay: overlay !== undefined,
    ...(baseline === undefined || sight.tells(baseline) ? {} : { baseline }),
    // Who works on the product is nothing for visitors.
    ...(overlay && asking.caller.authenticated ? { changedBy: overlay.by } : {}),
    ...(overlay ? { changedAt: overlay.at } : {}),
  }
}

function describePublication(
  manifest: Manifest,
  product: Product,
  asking: Asking,
  sight: Sight,
  current: number | undefined,
): PublicationInfo {
  // A hash proves what a file holds to whoever guesses it.
  const hashes = observes(asking) || readsEverything(product, asking.decision)
  const datasets = manifest.datasets.flatMap(({ dataset, rows }) => {
    const known = sight.datasets.find(({ name }) => name === dataset)
    return known ? [{ dataset, ...(sight.countable(known) ? { rowCount: rows } : {}) }] : []
  })
  const counted = datasets.flatMap(({ rowCount }) => rowCount ?? [])
  return {
    number: manifest.number,
    publishedAt: manifest.createdAt,
    ...(counted.length === 0 ? {} : { rowCount: counted.reduce((sum, rows) => sum + rows, 0) }),
    datasets,
    current: manifest.number === current,
    inputs: manifest.inputs
      .filter(({ port, upstream }) => !sight.tells(`${port} ${upstream?.dataset ?? ''}`))
      .map(({ sha256, ...input }) => ({ ...input, ...(hashes ? { sha256 } : {}) })),
  }
}

/** Results on what the caller may know of; what was counted only where every counted value may be seen. */
function visibleQuality(sight: Sight, asking: Asking, manifest: Manifest | undefined): QualityResult[] {
  return (manifest?.quality ?? []).flatMap(result => {
    const dataset = sight.datasets.find(known => known.name === result.dataset)
    const decided = dataset && asking.decision.datasets[dataset.name]
    // A rule over several properties names them all.
    const properties = result.property?.split(', ') ?? []
    if (!decided || properties.some(name => !decided.properties[name]?.discover)) return []
    if (sight.tells(`${result.rule} ${result.expected}`)) return []
    const plain = sight.countable(dataset) && properties.every(name => decided.properties[name]!.read === true)
    return [plain ? result : { ...result, actual: result.passed ? 'as expected' : 'not as expected' }]
  })
}
