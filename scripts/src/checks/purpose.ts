import { readFileSync } from 'node:fs'
import path from 'node:path'
import { problem } from '@terrane/schema'
import { placeholderPurpose } from '../init/product-files.js'
import type { Checked } from './checked.js'

/** Somebody has said what a product is for. */
export function checkPurposes(all: readonly Checked[]): void {
  for (const { product, problems } of all) {
    if (product?.description.purpose !== placeholderPurpose(product?.name ?? '')) continue
    const lines = readFileSync(path.join(product.folder, product.file), 'utf8').split('\n')
    const line = lines.findIndex(text => /^\s*"?purpose"?\s*:/.test(text)) + 1
    problems.push(
      problem(
        'PURPOSE_PLACEHOLDER',
        { product: product.name },
        { file: product.file, ...(line > 0 ? { line, column: 1 } : {}) },
      ),
    )
  }
}
