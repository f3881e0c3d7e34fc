import { type Change, compare, type Product } from '@terrane/schema'
import type { Checked, Surroundings } from './checked.js'

/** What changed in the graph and the contracts since they were published, or since a commit. */
export async function checkCompatibility(all: readonly Checked[], surroundings: Surroundings): Promise<void> {
  const { classifications, today } = surroundings
  for (const one of all) {
    if (!one.product || one.sdl === undefined) continue
    const now = { product: one.product, sdl: one.sdl }
    const { version, against, problems } = await surroundings.baseline(now)
    one.problems.push(...problems)
    if (against !== undefined) one.against = against
    if (!version) continue
    const found = compare(version, now, { classifications, today })
    const changes = found.map(change => withConsumers(change, version.product, surroundings.beside))
    one.changes = version.product.major < one.product.major ? changes.map(inNewMajor) : changes
  }
}

/** A new major has addresses of its own and breaks nobody; but what it opens is open. */
function inNewMajor(change: Change): Change {
  return change.level === 'breaking' ? { ...change, level: 'safe' } : change
}

/** Who is known to take in what the change is about: they are the first to be asked. */
function withConsumers(change: Change, published: Product, beside: readonly Product[]): Change {
  if (change.level === 'safe' || change.concern === 'security') return change
  const [name] = change.subject.split('.')
  const dataset = published.datasets.find(one => one.name === name)
  if (!dataset) return change
  const consumers = beside.flatMap(product => {
    const ports = product.inputPorts.filter(
      ({ source, name: port }) =>
        source.kind === 'product' &&
        source.contractId === dataset.contract.id &&
        (dataset.contract.datasets.length === 1 || (source.dataset ?? port) === dataset.name),
    )
    return ports.map(port => `${product.name} (input port ${port.name})`)
  })
  return consumers.length === 0 ? change : { ...change, message: `${change.message} It feeds ${consumers.join(', ')}.` }
}
