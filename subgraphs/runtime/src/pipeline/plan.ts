import type { Model } from '@terrane/schema'
import { nearest, type Problem, problem } from '@terrane/schema/problems'
import type { Read } from './judge.js'

export interface Plan {
  problems: Problem[]
  /** Names of models, each after all it reads; otherwise as given. */
  order: string[]
  /** By table: `input.orders` → `abstraction.orders_clean` → `output.orders`. */
  lineage: { from: string; to: string }[]
}

/**
 * The order in which models run follows from the tables they read. Unknown tables and circles are problems at the place
 * of the read; `order` is then as far as it goes.
 */
export function plan(models: Model[], reads: ReadonlyMap<string, Read[]>, ports: string[], datasets: string[]): Plan {
  const problems: Problem[] = [...namesTwice(models), ...promises(models, datasets)]
  const tables = new Map<string, string>(ports.map(port => [`input.${port}`.toLowerCase(), `input.${port}`]))
  const byTable = new Map<string, Model>()
  for (const model of models) {
    if (model.layer !== 'abstraction') continue
    tables.set(tableOf(model).toLowerCase(), tableOf(model))
    byTable.set(tableOf(model), model)
  }

  const lineage: Plan['lineage'] = []
  const before = new Map<string, { model: Model; read: Read }[]>()
  for (const model of models) {
    const needed: { model: Model; read: Read }[] = []
    for (const read of reads.get(model.name) ?? []) {
      const written = `${read.schema}.${read.table}`
      const table = tables.get(written.toLowerCase())
      if (table === undefined) {
        const near = nearest(written, tables.values())
        const all = [...tables.values()].join(', ') || 'none'
        const suggestion = near ? `Did you mean ${near}?` : `The tables are ${all}.`
        problems.push(problem('SQL_TABLE_UNKNOWN', { model: tableOf(model), table: written, suggestion }, read.place))
        continue
      }
      lineage.push({ from: table, to: tableOf(model) })
      const source = byTable.get(table)
      if (source) needed.push({ model: source, read })
    }
    before.set(model.name, needed)
  }

  const order: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (model: Model, path: Model[]): void => {
    if (state.get(model.name) === 'done') return
    state.set(model.name, 'open')
    for (const { model: source, read } of before.get(model.name) ?? []) {
      if (state.get(source.name) === 'open') {
        const trail = [...path, model]
        const cycle = [...trail.slice(trail.indexOf(source)), source].map(tableOf).join(' → ')
        problems.push(problem('MODEL_CYCLE', { cycle }, read.place))
      } else visit(source, [...path, model])
    }
    state.set(model.name, 'done')
    order.push(model.name)
  }
  for (const model of models) visit(model, [])
  return { problems, order, lineage }
}

/** The models that `name` needs, itself last. */
export function upTo(order: string[], lineage: Plan['lineage'], models: Model[], name: string): string[] {
  const target = models.find(model => model.name === name)
  if (!target) return []
  const wanted = new Set([tableOf(target)])
  for (const table of wanted) for (const edge of lineage) if (edge.to === table) wanted.add(edge.from)
  return order.filter(model => models.some(candidate => candidate.name === model && wanted.has(tableOf(candidate))))
}

export function tableOf(model: Pick<Model, 'layer' | 'name'>): string {
  return `${model.layer}.${model.name}`
}

function namesTwice(models: Model[]): Problem[] {
  const seen = new Set<string>()
  return models.flatMap(model => {
    const name = model.name.toLowerCase() // as DuckDB compares names
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    return [problem('MODEL_TWICE', { model: model.name }, { file: model.file })]
  })
}

/** Every output model is a promised dataset, and the other way round. */
function promises(models: Model[], datasets: string[]): Problem[] {
  const outputs = models.filter(model => model.layer === 'output')
  return [
    ...outputs
      .filter(model => !datasets.includes(model.name))
      .map(model => problem('MODEL_NOT_PROMISED', { model: tableOf(model) }, { file: model.file, line: 1 })),
    ...datasets
      .filter(dataset => !outputs.some(model => model.name === dataset))
      .map(dataset => problem('MODEL_MISSING', { dataset })),
  ]
}
