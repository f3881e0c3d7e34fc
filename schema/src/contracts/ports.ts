import { nearest } from '../problems/nearest.js'
import { type Problem, problem } from '../problems/problem.js'
import { CUSTOM_PROPERTIES, CustomProperties } from './custom-properties.js'
import { isIdentifier } from './dataset.js'
import type { Contract, Dataset, InputPort, OutputPort, Product } from './model.js'
import { defined } from './property.js'
import type { Source } from './source.js'

/** Each output port with its contract; two ports may not promise one dataset. */
export function readOutputPorts(root: Source, contracts: Contract[], problems: Problem[]): OutputPort[] {
  const ports = root.list('outputPorts').flatMap(source => {
    const name = source.text('name')
    if (name === undefined) return []
    const contractId = source.text('contractId')
    if (contractId === undefined) {
      if (source.get('contractId') === undefined)
        problems.push(problem('PORT_WITHOUT_CONTRACT', { name }, source.place))
      return []
    }
    const contract = contracts.find(candidate => candidate.id === contractId)
    if (contract === undefined) {
      const near = nearest(
        contractId,
        contracts.map(candidate => candidate.id),
      )
      const suggestion = near
        ? `Did you mean ${near}?`
        : 'Put its contract into contracts/, in a file that ends in .odcs.yaml.'
      const details = { name, id: source.get('contractId')!.quoted(), suggestion }
      problems.push(problem('CONTRACT_UNKNOWN', details, source.get('contractId')!.place))
      return []
    }
    const version = source.text('version') ?? contract.version
    const described = defined({ description: source.shown('description'), type: source.shown('type') })
    return [{ name, version, contract, place: source.place, ...described }]
  })
  checkPortNames(root.list('outputPorts'), 'output', problems)
  checkDatasets(ports, problems)
  checkAllNamed(root, contracts, 'output', problems)
  return ports
}

/** What is promised, each contract once: several ports may keep one promise (tables here, files there). */
export function outputContracts({ outputPorts }: Pick<Product, 'outputPorts'>): Contract[] {
  return [...new Set(outputPorts.map(({ contract }) => contract))]
}

/** A contract that no port names is most often a port whose contractId has a typing error. */
function checkAllNamed(root: Source, contracts: Contract[], direction: 'input' | 'output', problems: Problem[]): void {
  const named = new Set(root.list(`${direction}Ports`).map(port => port.text('contractId')))
  for (const contract of contracts) {
    if (named.has(contract.id)) continue
    const place = { file: contract.file, line: 1, column: 1 }
    problems.push(problem('CONTRACT_WITHOUT_PORT', { id: contract.id, direction }, place))
  }
}

/** Each input port with where its data comes from: a contract of its own with a server, or another product. */
export function readInputPorts(
  root: Source,
  contracts: Contract[],
  outputs: Contract[],
  problems: Problem[],
): InputPort[] {
  checkPortNames(root.list('inputPorts'), 'input', problems)
  checkAllNamed(root, contracts, 'input', problems)
  return root.list('inputPorts').flatMap((source): InputPort[] => {
    const name = source.text('name')
    const contractId = source.text('contractId')
    if (name === undefined) return []
    const nameSource = source.get('name')!
    if (!isIdentifier(name)) {
      problems.push(problem('PORT_NAME_INVALID', { name: nameSource.quoted() }, nameSource.place))
    }
    const custom = new CustomProperties(source)
    custom.unknown(CUSTOM_PROPERTIES.inputPort, problems)
    if (contractId === undefined) {
      if (source.get('contractId') === undefined)
        problems.push(problem('PORT_WITHOUT_CONTRACT', { name }, source.place))
      return []
    }
    const place = source.get('contractId')!.place
    if (outputs.some(contract => contract.id === contractId)) {
      problems.push(problem('PORT_READS_ITSELF', { name }, place))
      return []
    }
    const contract = contracts.find(candidate => candidate.id === contractId)
    const dataset = custom.text('terrane.dataset', problems)
    const common = {
      name,
      version: source.text('version') ?? contract?.version ?? '0',
      contractId,
      place: source.place,
    }
    if (contract === undefined) {
      return [{ ...common, source: { kind: 'product', contractId, ...(dataset === undefined ? {} : { dataset }) } }]
    }
    const narrowed = narrow(contract, dataset, name, custom, source, problems)
    const server = contract.servers[0]
    if (server === undefined) {
      problems.push(problem('PORT_WITHOUT_SERVER', { name, file: contract.file }, place))
      return []
    }
    return [{ ...common, source: { kind: 'contract', contract: narrowed, server } }]
  })
}

/** An input port is one table: of a contract with several datasets it takes the one that `terrane.dataset` names. */
function narrow(
  contract: Contract,
  dataset: string | undefined,
  port: string,
  custom: CustomProperties,
  source: Source,
  problems: Problem[],
): Contract {
  const names = contract.datasets.map(candidate => candidate.name)
  const wanted = dataset ?? (names.length === 1 ? names[0] : names.find(name => name === port))
  const found = contract.datasets.find(candidate => candidate.name === wanted)
  if (found === undefined) {
    if (names.length > 0) {
      const place = custom.get('terrane.dataset')?.place ?? source.place
      problems.push(problem('PORT_DATASET_UNCLEAR', { name: port, datasets: names.join(', ') }, place))
    }
    return contract
  }
  return names.length === 1 ? contract : { ...contract, datasets: [found] }
}

function checkPortNames(ports: Source[], direction: string, problems: Problem[]): void {
  const seen = new Map<string, Source>()
  for (const port of ports) {
    const name = port.text('name')
    if (name === undefined) continue
    // One name in two versions is ODPS's way of having majors side by side; the same version twice is a mistake.
    const key = direction === 'output' ? `${name.toLowerCase()} ${port.text('version') ?? ''}` : name.toLowerCase()
    const before = seen.get(key)
    if (before !== undefined) {
      const details = { direction, name, line: before.place.line }
      problems.push(problem('PORT_TWICE', details, port.get('name')!.place))
    }
    seen.set(key, port)
  }
}

function checkDatasets(ports: OutputPort[], problems: Problem[]): void {
  const seen = new Map<string, { dataset: Dataset; contract: Contract }>()
  for (const contract of new Set(ports.map(port => port.contract))) {
    for (const dataset of contract.datasets) {
      const before = seen.get(dataset.name.toLowerCase())
      if (before !== undefined) {
        const details = { dataset: dataset.name, other: `${before.contract.file}:${before.dataset.place.line}` }
        problems.push(problem('DATASET_TWICE', details, dataset.place))
      }
      seen.set(dataset.name.toLowerCase(), { dataset, contract })
    }
  }
}
