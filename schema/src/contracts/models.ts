import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Problem, problem } from '../problems/problem.js'
import { isIdentifier } from './dataset.js'
import type { Dataset, Model } from './model.js'
import type { Source } from './source.js'

/** The pipeline's SQL, one model a file, and whether what is promised and what is made are the same datasets. */
export async function readModels(
  folder: string,
  root: Source,
  datasets: Dataset[],
  problems: Problem[],
): Promise<Model[]> {
  const models: Model[] = []
  for (const layer of ['abstraction', 'output'] as const) {
    const below = `pipeline/${layer}`
    const files = await readdir(join(folder, below)).catch(() => [] as string[])
    for (const entry of files.filter(entry => entry.endsWith('.sql')).sort()) {
      const file = `${below}/${entry}`
      const name = entry.slice(0, -'.sql'.length)
      if (!isIdentifier(name)) problems.push(problem('MODEL_NAME_INVALID', { name }, { file }))
      // DuckDB compares names without their case, and so do folders on some machines.
      const before = models.find(model => model.name.toLowerCase() === name.toLowerCase())
      if (before !== undefined) problems.push(problem('MODEL_TWICE', { model: name }, { file }))
      models.push({ name, layer, file, sql: await readFile(join(folder, file), 'utf8') })
    }
  }
  const made = models.filter(model => model.layer === 'output')
  for (const dataset of datasets) {
    if (!made.some(model => model.name === dataset.name)) {
      problems.push(problem('MODEL_MISSING', { dataset: dataset.name }, dataset.place))
    }
  }
  // Where no port could be read, everything would seem unpromised: say only what is the cause.
  if (root.list('outputPorts').length > 0 && datasets.length > 0) {
    for (const model of made) {
      if (datasets.some(dataset => dataset.name === model.name)) continue
      problems.push(problem('MODEL_NOT_PROMISED', { model: model.name }, { file: model.file, line: 1, column: 1 }))
    }
  }
  return models
}
