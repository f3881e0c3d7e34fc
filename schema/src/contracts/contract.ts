import { readFile } from 'node:fs/promises'
import { type Problem, problem } from '../problems/problem.js'
import { conceal, hiddenTexts } from './conceal.js'
import { CUSTOM_PROPERTIES, CustomProperties } from './custom-properties.js'
import { type ContractDefaults, readDataset, VISIBILITIES } from './dataset.js'
import type { Contract, Support, Team, Value } from './model.js'
import { defined } from './property.js'
import { redact } from './redact.js'
import { readRoles } from './roles.js'
import { checkFiles, readServers } from './server.js'
import { readSource, type Source } from './source.js'
import { validateSource } from './validate.js'

const DEFAULTS: ContractDefaults = { visibility: 'internal', discover: 'visible', direction: 'output' }

export interface ContractReading {
  contract?: Contract
  problems: Problem[]
  /** Texts of the contract that no problem may quote. */
  hidden: Set<string>
}

/**
 * Reads one ODCS file. A contract with problems is given as far as it can be read, so that all problems of a product
 * come out at once; whoever serves data looks at the problems first.
 */
export async function readContractFile(
  path: string,
  env: NodeJS.ProcessEnv = process.env,
  file = path,
  defaults: ContractDefaults = DEFAULTS,
): Promise<ContractReading> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return { problems: [problem('FILE_UNREADABLE', {}, { file })], hidden: new Set() }
  }
  return readContract(text, file, env, defaults)
}

export function readContract(
  text: string,
  file: string,
  env: NodeJS.ProcessEnv,
  defaults: ContractDefaults = DEFAULTS,
): ContractReading {
  const { root, problems } = readSource(text, file, env)
  if (root === undefined) return { problems, hidden: new Set() }
  const hidden = hiddenTexts(root)
  problems.push(...validateSource(root, 'DataContract'))
  const id = root.text('id')
  if (root.get('kind')?.scalar !== 'DataContract' || id === undefined) {
    return { problems: conceal(problems, hidden), hidden }
  }
  const contract = contractOf(root, id, file, defaults, problems)
  return { contract, problems: conceal(problems, hidden), hidden }
}

function contractOf(root: Source, id: string, file: string, defaults: ContractDefaults, problems: Problem[]): Contract {
  const custom = new CustomProperties(root)
  custom.unknown(CUSTOM_PROPERTIES.contract, problems)
  const version = root.text('version') ?? '0'
  const contract: Contract = {
    id,
    version,
    major: majorOf(root.get('version'), 'the contract', problems),
    file,
    document: redact(root.plain(true)) as Record<string, unknown>,
    datasets: [],
    servers: readServers(root, problems),
    sla: readSla(root),
    roles: [],
    support: readSupport(root),
    ...defined({
      name: root.shown('name'),
      status: root.text('status'),
      description: readDescription(root),
      team: readTeam(root),
    }),
  }
  const own: ContractDefaults = {
    ...defaults,
    visibility: custom.word('terrane.visibility', VISIBILITIES, problems) ?? defaults.visibility,
    discover: custom.word('terrane.discover', ['visible', 'granted'], problems) ?? defaults.discover,
  }
  const schema = root.list('schema')
  if (schema.length === 0) problems.push(problem('CONTRACT_WITHOUT_SCHEMA', { id }, root.place))
  contract.datasets = schema.flatMap(source => readDataset(source, contract, own, problems) ?? [])
  contract.roles = readRoles(root, contract.datasets, problems)
  if (defaults.direction === 'output') checkFiles(root, contract, problems)
  return contract
}

/** The leading number of a semantic version; `v1.2.3` is taken too. */
export function majorOf(version: Source | undefined, what: string, problems: Problem[]): number {
  const match = typeof version?.scalar === 'string' ? /^v?(\d+)(\.|$)/.exec(version.scalar) : null
  if (match === null && typeof version?.scalar === 'string') {
    problems.push(problem('VERSION_INVALID', { what, found: version.quoted() }, version.place))
  }
  return Number(match?.[1] ?? 0)
}

export function readDescription(root: Source) {
  const source = root.get('description')
  if (source?.fields === undefined) return undefined
  return defined({
    purpose: source.shown('purpose'),
    limitations: source.shown('limitations'),
    usage: source.shown('usage'),
  })
}

export function readSupport(root: Source): Support[] {
  return root.list('support').flatMap(source => {
    const channel = source.shown('channel')
    if (channel === undefined) return []
    const url = source.shown('url')
    const tool = source.shown('tool')
    const scope = source.shown('scope')
    return [{ channel, ...defined({ tool, url, scope, description: source.shown('description') }) }]
  })
}

/** The team as an object, or as ODCS 3.0 has it, a list of members. */
export function readTeam(root: Source): Team | undefined {
  const source = root.get('team')
  if (source === undefined) return undefined
  const members = (source.fields === undefined ? source.items : source.list('members')).flatMap(member => {
    const username = member.shown('username')
    if (username === undefined) return []
    const [name, role, description] = ['name', 'role', 'description'].map(key => member.shown(key))
    return [{ username, ...defined({ name, role, description }) }]
  })
  return { members, ...defined({ name: source.shown('name'), description: source.shown('description') }) }
}

/** An element that is not named is ODCS 3.0's `slaDefaultElement`. */
function readSla(root: Source): Contract['sla'] {
  return root.list('slaProperties').flatMap(source => {
    const property = source.text('property')
    const given = source.get('value')
    const value = given?.scalar
    if (property === undefined || value === undefined) return []
    const element = source.text('element') ?? root.text('slaDefaultElement')
    const shown = given!.told() === String(value) ? undefined : given!.told()
    return [{ property, value: value as Value, ...defined({ shown, unit: source.text('unit'), element }) }]
  })
}
