import { useMemo } from 'react'
import { EVERYTHING, useSearch } from '../../api/catalogue'
import type { Discovered } from '../../api/discovery'
import { useModelSql } from '../../api/discovery'
import type { MeshProduct } from '../../api/mesh-types'
import { Code } from '../../parts/code'
import type { Graph, GraphNode, Tone } from '../../parts/graph/graph'
import { GraphView } from '../../parts/graph/graph-view'
import { stratumOf } from '../../parts/graph/strata'
import { Empty } from '../../parts/states'
import styles from './product.module.css'
import type { TabProps } from './product-page'

const ON_THE_MAP = 200
const LAYERS: Record<string, { tone: Tone; note: string }> = {
  input: { tone: 'input', note: 'input' },
  abstraction: { tone: 'model', note: 'model' },
  output: { tone: 'output', note: 'dataset' },
}

/** From other products through inputs and models to what is promised, and on to those that read it. */
export default function Lineage({ product, described }: TabProps) {
  const all = useSearch(EVERYTHING, ON_THE_MAP)
  const graph = useMemo(() => graphOf(product, described, all.data?.products ?? []), [product, described, all.data])
  if (graph.nodes.length === 0) return <Empty title="No lineage yet">It is known from the first publication on.</Empty>
  return (
    <>
      <p className={styles.prose}>
        Arrow keys follow the data: right to what is made of it, left to what it is made of. Other products can be
        opened.
      </p>
      <GraphView graph={graph} direction="RIGHT" label={`Lineage of ${product.name}; arrow keys follow the data`} />
      <Models rootField={product.rootField!} />
    </>
  )
}

/** The SQL in force, one SELECT a model. */
function Models({ rootField }: { rootField: string }) {
  const { data: models } = useModelSql(rootField)
  if (!models?.length) return null
  return (
    <section className={`${styles.section} ${styles.models}`}>
      <h2>Models</h2>
      {models.map(({ name, layer, sql }) => (
        <details key={`${layer}.${name}`} className={styles.model}>
          <summary>
            <code>
              {layer}.{name}
            </code>
          </summary>
          {sql ? (
            <Code text={sql} what={`the SQL of ${name}`} />
          ) : (
            <p className={styles.soft}>Its SQL names what you may not know of.</p>
          )}
        </details>
      ))}
    </section>
  )
}

function graphOf(product: MeshProduct, described: Discovered, all: MeshProduct[]): Graph {
  const edges = [...(described.lineage ?? [])]
  const products = new Set<string>()
  for (const { product: from, port } of product.upstream ?? []) {
    if (!from || !port) continue
    products.add(from)
    edges.push({ from: `product:${from}`, to: `input.${port}` })
  }
  for (const other of all) {
    for (const dataset of new Set(
      (other.upstream ?? []).filter(one => one.product === product.name).map(one => one.dataset),
    )) {
      products.add(other.name)
      edges.push({ from: `output.${dataset}`, to: `product:${other.name}` })
    }
  }
  const stratum = stratumOf(all)
  const tables = new Set(edges.flatMap(({ from, to }) => [from, to]).filter(id => !id.startsWith('product:')))
  return {
    nodes: [
      ...[...tables].map((id): GraphNode => {
        const [layer = '', ...name] = id.split('.')
        return { id, label: name.join('.'), ...(LAYERS[layer] ?? LAYERS.abstraction!), here: layer === 'output' }
      }),
      ...[...products].map((name): GraphNode => {
        const href = `/products/${encodeURIComponent(name)}/lineage`
        return { id: `product:${name}`, label: name, note: 'data product', tone: stratum(name), href }
      }),
    ],
    edges: edges.filter(({ from, to }, place) => edges.findIndex(one => one.from === from && one.to === to) === place),
  }
}
