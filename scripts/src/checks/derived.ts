import { derivedProblems } from '@terrane/schema'
import { arriving } from './arriving.js'
import type { Checked, Surroundings } from './checked.js'

/** Derived properties are classified at least as strictly as what they are computed from, across products too. */
export function checkDerived(all: readonly Checked[], { beside, classifications }: Surroundings): void {
  for (const one of all) {
    const { product, lineage } = one
    if (!product || !lineage) continue
    const dataset = (port: (typeof product.inputPorts)[number]) => arriving(port, beside)
    one.problems.push(...derivedProblems({ product, lineage, classifications, arriving: dataset }))
  }
}
