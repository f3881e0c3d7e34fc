import type { Dataset, InputPort, Product } from '@terrane/schema'

/** What comes in at a port, by its own contract or by the one of the product that feeds it. */
export function arriving({ name, source }: InputPort, beside: readonly Product[]): Dataset | undefined {
  if (source.kind === 'contract') return named(source.contract.datasets, name)
  const ports = beside.flatMap(product => product.outputPorts)
  const promised = ports.find(({ contract }) => contract.id === source.contractId)
  return promised && named(promised.contract.datasets, source.dataset ?? name)
}

const named = (datasets: Dataset[], name: string) =>
  datasets.find(dataset => dataset.name === name) ?? (datasets.length === 1 ? datasets[0] : undefined)
