import { type InputTable, traceProducts } from '@terrane/runtime/pipeline'
import type { Product } from '@terrane/schema'
import { arriving } from './arriving.js'
import type { Checked, Surroundings } from './checked.js'

/** The SQL as a run would judge it, what it makes against what the contracts promise, and where its columns come from. */
export async function checkPipelines(all: readonly Checked[], { beside }: Surroundings): Promise<void> {
  const readable = all.flatMap(one => (one.product ? [{ one, product: one.product }] : []))
  const verdicts = await traceProducts(
    readable.map(({ product }) => ({
      models: product.models,
      ports: product.inputPorts.map(({ name }) => name),
      datasets: product.datasets,
      inputs: inputsOf(product, beside),
    })),
  )
  for (const [at, { one }] of readable.entries()) {
    const { problems, columns } = verdicts[at]!
    one.problems.push(...problems)
    one.lineage = columns
  }
}

function inputsOf(product: Product, beside: readonly Product[]): InputTable[] {
  return product.inputPorts.flatMap(port => {
    const properties = arriving(port, beside)?.properties
    return properties ? [{ port: port.name, properties: properties.map(({ name, type }) => ({ name, type })) }] : []
  })
}
