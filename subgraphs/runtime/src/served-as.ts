import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { outputContracts, type Product, redact } from '@terrane/schema'

const { version } = JSON.parse(readFileSync(path.resolve(__dirname, '..', 'package.json'), 'utf8')) as {
  version: string
}

/**
 * What beside a publication and the question settles an answer: Terrane's version, descriptor and contracts. Equal for all
 * processes that serve the same as the same.
 */
export function servedAs(product: Product): string {
  const contracts = outputContracts(product).map(contract => redact(contract.document))
  return createHash('sha256')
    .update(JSON.stringify([version, product.document, contracts]))
    .digest('base64url')
    .slice(0, 22)
}
