import { type Dataset, type Product, type ProductDecision, redact } from '@terrane/schema'
import { stringify } from 'yaml'
import { hiddenNames, namesAny } from './sight.js'

/**
 * The ODPS document as YAML, for this caller: secrets replaced, and whatever names what they may not discover left out.
 */
export function descriptorYaml(product: Product, decision: ProductDecision): string {
  return stringify(without(redact(product.document), hiddenNames(product, decision)))
}

/** The ODCS document of a dataset's contract as YAML, likewise. */
export function contractYaml(product: Product, dataset: Dataset, decision: ProductDecision): string {
  return stringify(without(redact(dataset.contract.document), hiddenNames(product, decision)))
}

/** A document without the list items and members that say a hidden name: a property, a rule on it, a role's mask of it. */
function without(node: unknown, hidden: string[]): unknown {
  if (hidden.length === 0) return node
  if (Array.isArray(node)) return node.filter(item => !isAbout(item, hidden)).map(item => without(item, hidden))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !namesAny(key, hidden) && !(typeof value === 'string' && namesAny(value, hidden)))
      .map(([key, value]) => [key, without(value, hidden)]),
  )
}

/** An item goes as a whole where its name, or any plain text of its own, is hidden. */
function isAbout(item: unknown, hidden: string[]): boolean {
  if (typeof item === 'string') return namesAny(item, hidden)
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false
  const { name, property, physicalName } = item as Record<string, unknown>
  return [name, property, physicalName].some(own => typeof own === 'string' && hidden.includes(own))
}
