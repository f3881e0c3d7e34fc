import { type Contract, type Product, type ProductDecision, redact } from '@terrane/schema'
import { type Sight, sightOf } from './sight.js'

/** The ODPS document for this caller: secrets replaced, and whatever names what they may not discover left out. */
export function descriptorFor(product: Product, decision: ProductDecision): object {
  return without(redact(product.document), sightOf(product, decision)) as object
}

/** The ODCS document of a contract, in or out, likewise. */
export function contractFor(product: Product, contract: Contract, decision: ProductDecision): object {
  return without(redact(contract.document), sightOf(product, decision)) as object
}

/** Texts that explain: an item loses them and stays. What else an item says is what it is about. */
const EXPLAINING = new Set(['description', 'businessName', 'purpose', 'usage', 'limitations', 'comments'])

/**
 * A document without what tells a hidden name: list items about it (a property, a rule on it, a port) as a whole, of all
 * else the one text. Keys belong to the standard, but for those within a custom property's value.
 */
function without(node: unknown, sight: Sight, custom = false): unknown {
  if (Array.isArray(node)) return node.filter(item => !isAbout(item, sight)).map(item => without(item, sight, custom))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(custom && sight.tells(key)) && !(typeof value === 'string' && sight.tells(value)))
      .map(([key, value]) => [key, without(value, sight, custom || ('property' in node && key === 'value'))]),
  )
}

function isAbout(item: unknown, sight: Sight): boolean {
  if (typeof item === 'string') return sight.tells(item)
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false
  return Object.entries(item).some(
    ([key, value]) => typeof value === 'string' && !EXPLAINING.has(key) && sight.tells(value),
  )
}
