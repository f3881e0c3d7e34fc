import { type InputTable, judgeModels } from '@terrane/runtime'
import {
  type Dataset,
  type InputPort,
  type Problem,
  type Product,
  problem,
  problemsOfRoles,
  productGraph,
} from '@terrane/schema'

/** Looks at one product without its data. `beside` are the products that may feed it, itself among them or not. */
export type ProductCheck = (product: Product, beside: readonly Product[]) => Problem[] | Promise<Problem[]>

/** What `terrane check` looks at in a product that could be read, in this order. */
export const PRODUCT_CHECKS: readonly ProductCheck[] = [
  problemsOfRoles,
  product => productGraph(product).problems,
  problemsOfPipeline,
]

/** The SQL as a run would judge it, and what it makes against what the contracts promise. */
async function problemsOfPipeline(product: Product, beside: readonly Product[]): Promise<Problem[]> {
  const found = product.inputPorts.map(port => ({ port, dataset: arriving(port, beside) }))
  const inputs = found.flatMap(({ port, dataset }): InputTable[] =>
    dataset ? [{ port: port.name, properties: dataset.properties.map(({ name, type }) => ({ name, type })) }] : [],
  )
  const unknown = found.flatMap(({ port, dataset }) => {
    if (dataset || port.source.kind === 'contract') return []
    const { file, line, column } = port.place
    const details = { port: port.name, contract: port.contractId }
    return [problem('UPSTREAM_CONTRACT_NOT_HERE', details, { file, line, column })]
  })
  return [...unknown, ...(await judgeModels(product, inputs)).problems]
}

/** What comes in at a port, by its own contract or by the one of the product that feeds it. */
function arriving({ name, source }: InputPort, beside: readonly Product[]): Dataset | undefined {
  if (source.kind === 'contract') return named(source.contract.datasets, name)
  const ports = beside.flatMap(product => product.outputPorts)
  const promised = ports.find(({ contract }) => contract.id === source.contractId)
  return promised && named(promised.contract.datasets, source.dataset ?? name)
}

const named = (datasets: Dataset[], name: string) =>
  datasets.find(dataset => dataset.name === name) ?? (datasets.length === 1 ? datasets[0] : undefined)
