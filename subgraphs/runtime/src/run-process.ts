import 'reflect-metadata' // an entry's duty: decorated classes that a stage may load need it
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { type Problem, problem } from '@terrane/schema/problems'
import { bind } from './pipeline/bind.js'
import { columnLineage } from './pipeline/column-lineage.js'
import { execute, secondsSince } from './pipeline/execute.js'
import type {
  ExamineJob,
  JudgeJob,
  RunJob,
  RunMessage,
  RunResult,
  TracedVerdict,
  TraceJob,
  Verdict,
} from './pipeline/job.js'
import { judge, type Read } from './pipeline/judge.js'
import { plan } from './pipeline/plan.js'
import { checkDataset } from './pipeline/quality.js'
import { rehearse } from './pipeline/rehearse.js'
import type { SelectPlaces } from './pipeline/select-places.js'
import { openSession, type Session } from './pipeline/session.js'

/**
 * The child process of a run, or of a judgement: the job on the first line of standard input, progress and the answer as
 * lines on standard output. Standard input stays open while the parent lives; when it closes, this process ends at once,
 * whatever DuckDB's threads are at.
 */
type Progress = Omit<Extract<RunMessage, { type: 'progress' }>, 'type'>

const input = createInterface({ input: process.stdin })
input.once('line', line => {
  answer(JSON.parse(line)).then(
    message => process.stdout.write(`${JSON.stringify(message)}\n`, () => process.exit(0)),
    error => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`, () => process.exit(1))
    },
  )
})
input.once('close', () => process.kill(process.pid, 'SIGKILL'))

async function answer(job: RunJob | JudgeJob | TraceJob | ExamineJob): Promise<RunMessage> {
  if (job.kind === 'examine') {
    const { examine } = await import('./input-layer/examine.js')
    const found = await examine(job.file, job.properties)
    return { type: 'examined', ...(found ? { problem: found } : {}) }
  }
  if (job.kind === 'trace') return { type: 'verdicts', verdicts: await traceAll(job.products) }
  if (job.kind !== 'judge') return { type: 'result', result: await run(job) }
  const { columns: _notAsked, ...verdict } = await judgeOne(job)
  return { type: 'verdict', verdict }
}

/** Type the inputs, judge, plan, run the models, check what the contracts promise, write the rows. */
async function run(job: RunJob): Promise<RunResult> {
  const started = performance.now()
  const result: RunResult = { ok: false, problems: [], inputs: [], datasets: [], quality: [], lineage: [], seconds: 0 }
  const stop = (problems: Problem[] = []): RunResult => {
    result.problems.push(...problems)
    return { ...result, seconds: secondsSince(started) }
  }
  const dryRun = job.kind === 'dry-run'
  const spillFolder = path.join(job.outputFolder, 'spill')
  mkdirSync(spillFolder, { recursive: true })

  // Trusted, in an instance of its own that is closed when it is done. (Loaded here: a judgement needs none of it.)
  const { inputViews, typeInputs } = await import('./input-layer/typing.js')
  const typed = await typeInputs({
    inputFile: job.inputFile,
    inputs: job.inputs,
    quarantineFolder: job.quarantineFolder,
    threads: job.limits.threads,
    memoryMegabytes: job.limits.memoryMegabytes,
    onProgress: progress,
  })
  result.inputs = typed.inputs
  if (stop(typed.problems).problems.some(isError)) return stop()

  // From here on with SQL that somebody else wrote.
  const columnsFile = path.join(dryRun ? spillFolder : job.outputFolder, 'columns.duckdb')
  const session = await openSession({
    inputFile: job.inputFile,
    inputViews: inputViews(job.inputs),
    outputFile: columnsFile,
    spillFolder,
    limits: job.limits,
  })
  try {
    progress({ step: 'judge' })
    const ports = job.inputs.map(each => each.port)
    const { verdict, places } = await judgeAll(session, { ...job, ports })
    result.lineage = verdict.lineage
    if (stop(verdict.problems).problems.some(isError)) return stop()

    const { order, lineage } = verdict
    const models = order.map(name => job.models.find(model => model.name === name)!)
    const { datasets: promised, limits, withoutValues = false } = job
    const { connection } = session
    const execution = { connection, datasets: promised, lineage, places, limits, progress, withoutValues }
    const target = models.find(model => model.name === job.dryRunModel)
    if (dryRun && !target) throw new TypeError(`Expected a model to run dry, found no ${job.dryRunModel}.`)
    const executed = target
      ? await rehearse(target, { models, order }, execution)
      : { ...(await execute(models, execution)), sample: undefined }
    result.datasets = executed.datasets
    if (executed.sample) result.sample = executed.sample
    if (stop(executed.problems).problems.some(isError)) return stop()

    for (const dataset of promised.filter(({ name }) => executed.datasets.some(made => made.dataset === name))) {
      const begun = performance.now()
      progress({ step: 'check', detail: dataset.name })
      const { results, problems } = await checkDataset(session.connection, dataset, { withoutValues })
      result.quality.push(...results)
      result.problems.push(...problems)
      progress({ step: 'check', detail: dataset.name, seconds: secondsSince(begun) })
    }
    if (result.problems.some(isError)) return stop()
    if (dryRun) {
      result.ok = true
      return stop()
    }
    // Closing writes what is still in the log at a time of DuckDB's own; who reads the file next must find all of it.
    await session.connection.run('CHECKPOINT publication')
  } finally {
    session.close()
    rmSync(spillFolder, { recursive: true, force: true })
  }

  const { writeRows } = await import('./output-layer/write-rows.js')
  progress({ step: 'rows' })
  try {
    await writeRows({
      columnsFile,
      rows: job.rows,
      datasets: job.datasets,
      outputFolder: job.outputFolder,
      onProgress: ({ dataset, rows, seconds }) => {
        const made = result.datasets.find(each => each.dataset === dataset)?.rows
        if (rows !== made) throw new Error(`Expected ${made} rows of ${dataset} in the row store, found ${rows}.`)
        progress({ step: 'rows', detail: dataset, rows, seconds })
      },
    })
  } catch (error) {
    // A disk or a server says why it would not (ENOSPC, ECONNREFUSED, ER_ACCESS_DENIED_ERROR); all else is ours.
    const reason = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (reason === undefined) throw error
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
    return stop([problem('STORE_UNAVAILABLE', { store: 'row', reason })])
  }
  result.ok = true
  return stop()
}

async function judgeAll(
  session: Session,
  job: Pick<JudgeJob, 'models' | 'ports' | 'datasets'>,
): Promise<{ verdict: Verdict; places: Map<string, SelectPlaces> }> {
  const reads = new Map<string, Read[]>()
  const places = new Map<string, SelectPlaces>()
  const problems: Problem[] = []
  for (const model of job.models) {
    const judgement = await judge(session.connection, model)
    problems.push(...judgement.problems)
    reads.set(model.name, judgement.reads)
    if (judgement.places) places.set(model.name, judgement.places)
  }
  const promised = job.datasets.map(dataset => dataset.name)
  const { problems: unplanned, order, lineage } = plan(job.models, reads, job.ports, promised)
  return { verdict: { problems: [...problems, ...unplanned], order, lineage }, places }
}

async function traceAll(products: TraceJob['products']): Promise<TracedVerdict[]> {
  const verdicts: TracedVerdict[] = []
  for (const job of products) verdicts.push(await judgeOne(job))
  return verdicts
}

/** In a session of its own: binding leaves tables behind. */
async function judgeOne(job: Omit<JudgeJob, 'kind'>): Promise<TracedVerdict> {
  const session = await openSession({ limits: { memoryMegabytes: 128, threads: 1 } })
  try {
    const { verdict, places } = await judgeAll(session, job)
    if (verdict.problems.some(isError)) return { ...verdict, columns: [] }
    const models = verdict.order.map(name => job.models.find(model => model.name === name)!)
    const ports = job.ports.map(name => {
      const known = job.inputs?.find(input => input.port === name)
      return { name, ...(known ? { columns: known.properties.map(property => property.name) } : {}) }
    })
    const columns = await columnLineage(session.connection, models, ports)
    if (!job.inputs) return { ...verdict, columns }
    const unbound = await bind(session.connection, verdict, { ...job, inputs: job.inputs, places })
    const problems = [...verdict.problems, ...unbound]
    // What does not bind was not traced either, however it looks.
    return { ...verdict, problems, columns: unbound.some(isError) ? [] : columns }
  } finally {
    session.close()
  }
}

function progress(told: Progress): void {
  process.stdout.write(`${JSON.stringify({ type: 'progress', ...told })}\n`)
}

function isError(problem: Problem): boolean {
  return problem.severity === 'error'
}
