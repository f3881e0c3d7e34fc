import { contractFor } from './documents.js'
import type { Asking, ManagedProduct } from './port.js'
import { need } from './rights.js'

/**
 * The contract of an input port: where the data comes from and what it looks like before anything is taken out of it, so
 * for those alone who control the product or observe it. Undefined where there is none, or it is another product's own.
 */
export function inputContractFor(managed: ManagedProduct, name: string, asking: Asking): object | undefined {
  if (!asking.decision.actions.includes('control')) need(managed, asking, 'observe', { action: 'see input contract' })
  const source = managed.product.inputPorts.find(port => port.name === name)?.source
  return source?.kind === 'contract' ? contractFor(managed.product, source.contract, asking.decision) : undefined
}
