import { Link } from 'react-router'
import { type Model, useModels } from '../../api/control'
import { Asked, Empty } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import { ModelBench } from './model-bench'
import { inOrder, tableOf } from './model-order'
import styles from './pipeline.module.css'
import type { TabProps } from './tab-props'

/** The SELECTs between inputs and outputs, in the order in which they run; one of them to work on. */
export default function Pipeline({ managed, described }: TabProps) {
  const query = useModels(managed)
  const [chosen] = useUrlState('model')
  return (
    <Asked what="the pipeline" query={query}>
      {found => {
        const models = inOrder(found)
        const model = models.find(({ name }) => name === chosen) ?? models.at(-1)
        if (!model)
          return <Empty title="This product has no models">Put one SELECT a file under pipeline/output.</Empty>
        const tables = [
          ...(described.inputPorts ?? []).map(({ name }) => `input.${name}`),
          ...models.filter(({ layer }) => layer !== 'output').map(tableOf),
        ]
        return (
          <div className={styles.workbench}>
            <Models models={models} chosen={model.name} />
            <ModelBench key={model.name} managed={managed} model={model} tables={tables} />
            <Beside model={model} models={models} />
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
          <h3>{layer}</h3>
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

/** What the chosen model reads and makes, and who reads that. */
function Beside({ model, models }: { model: Model; models: Model[] }) {
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
        none={model.layer === 'output' ? 'Whoever has a grant.' : 'No other model.'}
      />
    </aside>
  )
}

function Tables({ title, tables, models, none }: { title: string; tables: string[]; models: Model[]; none: string }) {
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {tables.map(table => {
          const maker = models.find(model => tableOf(model) === table)
          return (
            <li key={table}>
              <code>{maker ? <Link to={`?model=${encodeURIComponent(maker.name)}`}>{table}</Link> : table}</code>
            </li>
          )
        })}
        {tables.length === 0 && <li className={styles.said}>{none}</li>}
      </ul>
    </div>
  )
}
