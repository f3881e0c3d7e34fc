import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Problem, problem } from '../problems/problem.js'
import { conceal, type HiddenTexts, hiddenTexts } from './conceal.js'
import { majorOf, readContractFile, readDescription, readSupport, readTeam } from './contract.js'
import { CUSTOM_PROPERTIES, CustomProperties } from './custom-properties.js'
import { VISIBILITIES } from './dataset.js'
import { DESCRIPTORS } from './descriptors.js'
import { checkEntities } from './entities.js'
import type { Contract, Product, Visibility } from './model.js'
import { readModels } from './models.js'
import { outputContracts, readInputPorts, readOutputPorts } from './ports.js'
import { defined } from './property.js'
import { redact } from './redact.js'
import { readSource, type Source } from './source.js'
import { validateSource } from './validate.js'

/** Where the product does not say it. */
const RUN_INTERVAL_SECONDS = 2

const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const DOMAIN = /^[a-z][a-z0-9-]*(\/[a-z][a-z0-9-]*)*$/

export interface ReadOptions {
  /** Descriptor and output contracts alone, as they are recorded where products are published. */
  promisesOnly?: boolean
}

/**
 * Reads a product's folder: `product.odps.yaml`, `contracts/*.odcs.yaml`, `contracts/inputs/*.odcs.yaml` and the
 * pipeline's SQL. All problems come at once, with places relative to the folder; a product comes only where none of
 * them is an error. What is told of the product later must not quote `hidden` either.
 */
export async function readProduct(
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
  options: ReadOptions = {},
): Promise<{ product?: Product; problems: Problem[]; hidden: HiddenTexts }> {
  const found = await readDescriptor(folder)
  if (found === undefined) return { problems: [problem('PRODUCT_MISSING', { folder })], hidden: new Set() }
  const { text, file } = found
  const { root, problems } = readSource(text, file, env)
  if (root === undefined) return { problems, hidden: new Set() }
  problems.push(...validateSource(root, 'DataProduct'))
  const hidden = hiddenTexts(root)
  if (root.get('kind')?.scalar !== 'DataProduct') return { problems: conceal(problems, hidden), hidden }

  const custom = new CustomProperties(root)
  custom.unknown(CUSTOM_PROPERTIES.product, problems)
  const visibility = custom.word('terrane.visibility', VISIBILITIES, problems) ?? 'internal'
  const outputs = await readContracts(folder, 'contracts', 'output', visibility, env, problems, hidden)
  const { promisesOnly = false } = options
  const inputs = promisesOnly
    ? []
    : await readContracts(folder, 'contracts/inputs', 'input', visibility, env, problems, hidden)
  checkIds([...outputs, ...inputs], problems)

  const outputPorts = readOutputPorts(root, outputs, problems)
  const inputPorts = readInputPorts(root, inputs, outputs, problems)
  const datasets = outputContracts({ outputPorts }).flatMap(contract => contract.datasets)
  const product: Product = {
    folder,
    file,
    ...identityOf(root, problems),
    visibility,
    runInterval: custom.amount('terrane.runInterval', problems) ?? RUN_INTERVAL_SECONDS,
    tags: root.shownTexts('tags'),
    description: readDescription(root) ?? {},
    support: readSupport(root),
    inputPorts,
    outputPorts,
    managementPorts: readManagementPorts(root),
    datasets,
    models: promisesOnly ? [] : await readModels(folder, root, datasets, problems),
    document: redact(root.plain(true)) as Record<string, unknown>,
    ...defined({
      title: custom.shown('terrane.title', problems),
      type: root.shown('type') ?? custom.shown('terrane.type', problems),
      team: readTeam(root),
    }),
  }
  checkEntities(datasets, problems)
  const sorted = inOrder(conceal(problems, hidden))
  return sorted.some(found => found.severity === 'error')
    ? { problems: sorted, hidden }
    : { product, problems: sorted, hidden }
}

async function readDescriptor(folder: string): Promise<{ text: string; file: string } | undefined> {
  for (const file of DESCRIPTORS) {
    try {
      return { text: await readFile(join(folder, file), 'utf8'), file }
    } catch {}
  }
  return undefined
}

async function readContracts(
  folder: string,
  below: string,
  direction: 'input' | 'output',
  visibility: Visibility,
  env: NodeJS.ProcessEnv,
  problems: Problem[],
  hidden: Set<string>,
): Promise<Contract[]> {
  const names = await readdir(join(folder, below)).catch(() => [] as string[])
  const contracts: Contract[] = []
  for (const name of names.filter(name => /\.odcs\.(ya?ml|json)$/.test(name)).sort()) {
    const file = `${below}/${name}`
    const defaults = { visibility, discover: 'visible', direction } as const
    const read = await readContractFile(join(folder, file), env, file, defaults)
    problems.push(...read.problems)
    for (const text of read.hidden) hidden.add(text)
    if (read.contract !== undefined) contracts.push(read.contract)
  }
  return contracts
}

function checkIds(contracts: Contract[], problems: Problem[]): void {
  const seen = new Map<string, Contract>()
  for (const contract of contracts) {
    const before = seen.get(contract.id)
    if (before !== undefined) {
      const details = { id: contract.id, other: before.file }
      problems.push(problem('CONTRACT_TWICE', details, { file: contract.file, line: 1, column: 1 }))
    }
    seen.set(contract.id, contract)
  }
}

/** What makes the product's address; ODPS leaves all of it optional, an address cannot. */
function identityOf(root: Source, problems: Problem[]) {
  const required = (key: string, valid: RegExp, expected: string): string => {
    const source = root.get(key)
    const text = root.text(key)
    if (text === undefined) {
      if (source === undefined) problems.push(problem('PRODUCT_INCOMPLETE', { name: key, expected }, root.place))
      return ''
    }
    if (!valid.test(text)) {
      problems.push(problem('PRODUCT_NAME_INVALID', { name: key, found: source!.quoted(), expected }, source!.place))
    }
    return text
  }
  return {
    id: root.text('id') ?? '',
    name: required('name', SLUG, 'lower-case words joined by hyphens, like uk-sales'),
    domain: required('domain', DOMAIN, 'lower-case words joined by slashes, like europe/uk'),
    version: required('version', /^v?\d+(\.|$)/, 'a semantic version in quotes or with two dots, like 1.0.0'),
    major: majorOf(root.get('version'), 'the product', []),
    status: root.text('status') ?? 'draft',
  }
}

function readManagementPorts(root: Source): Product['managementPorts'] {
  return root.list('managementPorts').flatMap(source => {
    const name = source.text('name')
    const content = source.text('content')
    if (name === undefined || content === undefined) return []
    return [{ name, content, ...defined({ type: source.shown('type'), description: source.shown('description') }) }]
  })
}

/** By file as met, then by place: as somebody reads who corrects them. */
function inOrder(problems: Problem[]): Problem[] {
  const files = [...new Set(problems.map(found => found.file))]
  return [...problems].sort(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  )
}
