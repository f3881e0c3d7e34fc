import { Link } from 'react-router'
import { useMe } from '../../api/caller'
import { EVERYTHING, useSearch } from '../../api/catalogue'
import { type Model, useModels } from '../../api/control'
import type { MeshProduct } from '../../api/mesh-types'
import { Asked, Empty, Loading } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import { ModelBench } from './model-bench'
import { inOrder, tableOf } from './model-order'
import styles from './pipeline.module.css'
import type { TabProps } from './tab-props'

const IN_THE_MESH = 200

/** The SELECTs between inputs and outputs, in the order in which they run; one of them to work on. */
export default function Pipeline({ managed, described }: TabProps) {
  const query = useModels(managed)
  const mesh = useSearch(EVERYTHING, IN_THE_MESH).data?.products ?? []
  const me = useMe()
  const [chosen] = useUrlState('model')
  return (
    <Asked what="the pipeline" query={query}>
      {found => {
        const models = inOrder(found)
        const model = models.find(({ name }) => name === chosen) ?? models.at(-1)
        if (!model)
          return <Empty title="This product has no models">Put one SELECT a file under pipeline/output.</Empty>
        if (me.isPending) return <Loading what="the pipeline" />
        const tables = [
          ...(described.inputPorts ?? []).map(({ name }) => `input.${name}`),
          ...models.filter(({ layer }) => layer !== 'output').map(tableOf),
        ]
        return (
          <div className={styles.workbench}>
            <Models models={models} chosen={model.name} />
            <ModelBench
              key={model.name}
              managed={managed}
              model={model}
              tables={tables}
              reader={me.data?.subject ?? 'visitor'}
            />
            <Beside model={model} models={models} consumers={consumersOf(mesh, managed.name, model)} />
          </div>
        )
      }}
    </Asked>
  )
}

function Models({ models, chosen }: { models: Model[]; chosen: string }) {
  const layers = [...new Set(models.map(({ layer }) => layer))]
  return (
    <nav aria-label="Models" className={styles.models}>
      {layers.map(layer => (
        <div key={layer}>
          <h2>{layer}</h2>
          <ol>
            {models
              .filter(model => model.layer === layer)
              .map(({ name, overlay }) => (
                <li key={name}>
                  <Link to={`?model=${encodeURIComponent(name)}`} aria-current={name === chosen ? 'true' : undefined}>
                    <code>{name}</code>
                    {overlay && <small>changed</small>}
                  </Link>
                </li>
              ))}
          </ol>
        </div>
      ))}
    </nav>
  )
}

/** Products that read the dataset that this model makes, of those that the reader may know of. */
function consumersOf(mesh: MeshProduct[], name: string, model: Model): string[] {
  if (model.layer !== 'output') return []
  return mesh
    .filter(({ upstream }) => upstream?.some(({ product, dataset }) => product === name && dataset === model.name))
    .map(({ name }) => name)
}

/** What the chosen model reads and makes, and who reads that. */
function Beside({ model, models, consumers }: { model: Model; models: Model[]; consumers: string[] }) {
  const table = tableOf(model)
  const readers = models.filter(({ reads }) => reads?.includes(table))
  return (
    <aside className={styles.beside} aria-label={`Around ${model.name}`}>
      <Tables title="Reads" tables={model.reads ?? []} models={models} none="Told after its first run." />
      <Tables title="Makes" tables={[table]} models={[]} none="" />
      <Tables
        title="Read by"
        tables={readers.map(tableOf)}
        models={models}
        consumers={consumers}
        none={model.layer === 'output' ? 'Whoever has a grant.' : 'No other model.'}
      />
    </aside>
  )
}

interface TablesProps {
  title: string
  tables: string[]
  models: Model[]
  /** Products, beside tables of this one. */
  consumers?: string[]
  none: string
}

function Tables({ title, tables, models, consumers = [], none }: TablesProps) {
  return (
    <div>
      <h2>{title}</h2>
      <ul>
        {tables.map(table => {
          const maker = models.find(model => tableOf(model) === table)
          return (
            <li key={table}>
              <code>{maker ? <Link to={`?model=${encodeURIComponent(maker.name)}`}>{table}</Link> : table}</code>
            </li>
          )
        })}
        {consumers.map(name => (
          <li key={name}>
            <Link to={`/products/${encodeURIComponent(name)}`}>{name}</Link>
          </li>
        ))}
        {tables.length + consumers.length === 0 && <li className={styles.said}>{none}</li>}
      </ul>
    </div>
  )
}
