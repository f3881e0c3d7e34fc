import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {
  conceal,
  concealText,
  type HiddenTexts,
  type Model,
  outputContracts,
  type Problem,
  type Product,
  type PublicationInput,
  problem,
  type RunInfo,
} from '@terrane/schema'
import { AutomaticRuns } from './automatic-runs.js'
import type { Log, RunOutcome } from './data-product-options.js'
import type { Held, Lease } from './lease.js'
import { baselineOf, withOverlays } from './management-ports/quality-overlays.js'
import type { RunEvent } from './management-ports/run-events.js'
import type { FinishedManifest, Manifest, Publications } from './output-layer/store.js'
import type { RunJob, RunLimits, RunPipeline, RunResult } from './pipeline/job.js'
import { StoreUnavailable } from './store-unavailable.js'
import type { Stores } from './stores/stores.js'

/** What a run stands on; handed in, so that the order of a run can be read here and its parts elsewhere. */
export interface RunParts {
  product: Product
  stores: Pick<Stores, 'metadata'>
  publications: Publications
  /** Of all processes that serve the product one runs it at a time. */
  lease: Lease
  /** Brings in what is new at the sources. */
  pull: (progress: Progress) => Promise<Problem[]>
  /** The landed files that count now. */
  inputs: () => Promise<RunJob['inputs']>
  runPipeline: RunPipeline
  /** Writes the files that contracts name, from the publication in force; what cannot be written is a warning. */
  writeFiles: () => Promise<Problem[]>
  inputFile: string
  quarantineFolder: string
  rows: (tables: Record<string, string>) => RunJob['rows']
  limits: RunLimits
  /** Texts that nobody may read in a run's problems, whoever made them. */
  hidden: HiddenTexts
  finished: (run: RunInfo) => void
  log: Log
}

type Progress = (step: string, detail?: string) => void

/** Grows where the same inputs, SQL and contracts would now make other rows. */
const EDITION = 1
/** Somebody waits for a dry run, and others behind it. */
const DRY_RUN_SECONDS = 60

/**
 * The runs of one product, one after another: collect, compare with what is published, run in a child process, publish.
 * Whatever fails leaves the publication in force as it is.
 */
export class ProductRuns {
  private queue: Promise<unknown> = Promise.resolve()
  private readonly stop = new AbortController()
  private readonly listeners = new Set<(event: RunEvent) => void>()

  /** Runs that nobody asked for. */
  readonly automatic: AutomaticRuns

  constructor(private readonly parts: RunParts) {
    const failed = (error: unknown) => {
      if (!this.stop.signal.aborted)
        parts.log({ level: 'error', message: 'A run could not be recorded.', error: String(error) })
    }
    this.automatic = new AutomaticRuns(trigger => void this.run(trigger).catch(failed), parts.product.runInterval)
  }

  run(trigger: string, onProgress: Progress = () => {}): Promise<RunOutcome> {
    return this.begin(trigger, onProgress).outcome
  }

  /** The same, for who wants to know the run's id before it ends. */
  begin(
    trigger: string,
    onProgress: Progress = () => {},
  ): { id: string; outcome: Promise<RunOutcome>; info: Promise<RunInfo> } {
    const id = randomUUID()
    const done = this.inTurn(held => {
      this.automatic.began()
      return this.publish(id, trigger, onProgress, held)
    })
    const [outcome, info] = [done.then(({ outcome }) => outcome), done.then(({ info }) => info)]
    // Most callers wait for one of the two; the other's failure is the same and no surprise.
    for (const each of [outcome, info]) each.catch(() => {})
    return { id, outcome, info }
  }

  /** Runs as they go on; returns how to stop listening. */
  onEvent(listener: (event: RunEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /**
   * Models as they would be, on the inputs that have landed: what a run would refuse is refused, nothing is published.
   * `withoutValues`: problems tell nothing of the rows.
   */
  dryRun(models: Model[], model: string, withoutValues: boolean): Promise<RunResult> {
    return this.inTurn(async () => {
      const { product, runPipeline } = this.parts
      const inputs = await this.parts.inputs()
      const folder = await mkdtemp(path.join(os.tmpdir(), `terrane-dry-run-${product.name}-`))
      try {
        const datasets = await this.datasets()
        const job = this.job({
          ...{ kind: 'dry-run', inputs, models, datasets },
          ...{ outputFolder: folder, rows: { kind: 'sqlite' } },
        })
        const limits = { ...job.limits, seconds: Math.min(job.limits.seconds, DRY_RUN_SECONDS) }
        const dryRun = { ...job, limits, product: product.name, dryRunModel: model, withoutValues }
        return this.told(await runPipeline(dryRun, undefined, this.stop.signal))
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  }

  /** The SQL in force. */
  async models(): Promise<Model[]> {
    const overlays = await this.parts.stores.metadata.overlays()
    return this.parts.product.models.map(model => {
      const overlay = overlays.find(each => each.model === model.name)
      return overlay ? { ...model, sql: overlay.sql } : model
    })
  }

  /** What the product promises, with the quality rules in force. */
  private async datasets(): Promise<RunJob['datasets']> {
    return withOverlays(this.parts.product.datasets, await this.parts.stores.metadata.qualityOverlays())
  }

  /** Overlays over a baseline that has changed since: nobody can say which of the two is meant. */
  async drift(): Promise<Problem[]> {
    const overlays = await this.parts.stores.metadata.overlays()
    const rules = (await this.parts.stores.metadata.qualityOverlays()).flatMap(
      ({ dataset: name, baselineSha256, by, at }) => {
        const dataset = this.parts.product.datasets.find(each => each.name === name)
        if (dataset && baselineOf(dataset) === baselineSha256) return []
        return [problem('QUALITY_BASELINE_CHANGED', { dataset: name, by, at }, dataset?.place)]
      },
    )
    const models = overlays.flatMap(overlay => {
      const model = this.parts.product.models.find(each => each.name === overlay.model)
      if (model && sha256(model.sql) === overlay.baselineSha256) return []
      const details = {
        model: overlay.model,
        by: overlay.by,
        at: overlay.at,
        overlay: overlay.sql,
        baseline: model?.sql ?? '(gone)',
      }
      return [problem('OVERLAY_BASELINE_CHANGED', details, model && { file: model.file })]
    })
    return [...models, ...rules]
  }

  async close(): Promise<void> {
    this.automatic.close()
    this.stop.abort()
    await this.queue.catch(() => {})
  }

  /** While no run is under way. */
  between<T>(act: () => Promise<T>): Promise<T> {
    return this.inTurn(act)
  }

  /**
   * What leaves here is stored, logged, printed and answered. Sources and stages take care of what they say; this is for
   * what they were told by others, and for the stage that forgets.
   */
  private told<Told extends { problems: Problem[]; result?: RunResult }>(said: Told): Told {
    const { problems, result } = said
    const { hidden } = this.parts
    const told = { ...said, problems: conceal(problems, hidden) }
    if (!result) return told
    const quality = result.quality.map(each => ({ ...each, expected: concealText(each.expected, hidden) }))
    return { ...told, result: { ...this.told(result), quality } }
  }

  private inTurn<T>(act: (held: Held) => Promise<T>): Promise<T> {
    const turn = this.queue.then(async () => {
      if (this.stop.signal.aborted) throw new Error('The product is closing.')
      const held = await this.parts.lease.take(this.stop.signal)
      try {
        return await act(held)
      } finally {
        await held.release()
      }
    })
    this.queue = turn.catch(() => {})
    return turn
  }

  private async publish(
    id: string,
    trigger: string,
    onProgress: Progress,
    held: Held,
  ): Promise<{ outcome: RunOutcome; info: RunInfo }> {
    const { stores, log, product } = this.parts
    const startedAt = new Date()
    const started = { id, trigger, startedAt: startedAt.toISOString() }
    await stores.metadata.startRun(started)
    this.tell({ kind: 'started', id, trigger, at: started.startedAt })
    const progress: Progress = (step, said) => {
      const detail = said && concealText(said, this.parts.hidden)
      onProgress(step, detail)
      const at = new Date().toISOString()
      this.tell({ kind: 'step', id, step, ...(detail === undefined ? {} : { detail }), at })
    }
    let outcome: RunOutcome
    try {
      outcome = this.told(await this.attempt(progress, held))
    } catch (error) {
      log({
        level: 'error',
        message: `The run of ${product.name} broke off.`,
        error: error instanceof Error ? error.stack : String(error),
      })
      const reason = error instanceof Error ? error.message.split('\n')[0]! : 'unknown'
      const told = error instanceof StoreUnavailable ? error.problem : problem('RUN_BROKEN_OFF', { reason })
      outcome = this.told({ state: 'FAILED', problems: [told] })
    }
    const finishedAt = new Date()
    const info: RunInfo = {
      ...started,
      state: outcome.state,
      finishedAt: finishedAt.toISOString(),
      seconds: (finishedAt.getTime() - startedAt.getTime()) / 1000,
      problems: outcome.problems,
      quarantined: outcome.result?.inputs.reduce((sum, input) => sum + input.quarantined, 0) ?? 0,
      ...(outcome.publication === undefined ? {} : { publication: outcome.publication }),
    }
    await stores.metadata.finishRun(info)
    this.parts.finished(info)
    this.tell({ kind: 'finished', id, run: info, at: info.finishedAt! })
    return { outcome, info }
  }

  /** A listener's failure is none of the run's. */
  private tell(event: RunEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event)
      } catch (error) {
        this.parts.log({ level: 'warn', message: 'A listener to runs failed.', error: String(error) })
      }
    }
  }

  private async attempt(onProgress: Progress, held: Held): Promise<RunOutcome> {
    const { product } = this.parts
    const drift = await this.drift()
    if (drift.length > 0) return { state: 'FAILED', problems: drift }
    const problems = await this.parts.pull(onProgress)
    if (problems.some(each => each.severity === 'error')) return { state: 'FAILED', problems }
    const inputs = await this.parts.inputs()
    if (inputs.length > 0 && inputs.every(input => input.files.length === 0)) {
      const ports = inputs.map(input => input.port).join(', ')
      return { state: 'FAILED', problems: [...problems, problem('INPUT_NOTHING_RECEIVED', { ports })] }
    }
    const models = await this.models()
    const datasets = await this.datasets()
    const fingerprint = fingerprintOf(product, inputs, models, overlaid(product, datasets))
    const published = await this.published()
    if (published?.fingerprint === fingerprint) {
      const unwritten = await this.writeFiles()
      return { state: 'UNCHANGED', publication: published.number, problems: [...problems, ...unwritten] }
    }

    const made = await this.make(inputs, models, datasets, fingerprint, onProgress, held)
    const all = [...problems, ...made.problems]
    if (made.state === 'PUBLISHED') {
      onProgress('files')
      all.push(...(await this.writeFiles()))
    }
    return { ...made, problems: all }
  }

  /** Runs the pipeline and moves the pointer to what it made, if that is what is promised. */
  private async make(
    inputs: RunJob['inputs'],
    models: Model[],
    datasets: RunJob['datasets'],
    fingerprint: string,
    onProgress: Progress,
    held: Held,
  ): Promise<RunOutcome> {
    const { product, publications, runPipeline } = this.parts
    const { number, folder, tables } = await publications.begin()
    try {
      const rows = this.parts.rows(tables)
      const job = this.job({ kind: 'publish', inputs, models, datasets, outputFolder: folder, rows })
      const { result } = this.told({
        problems: [],
        result: await runPipeline(job, ({ step, detail }) => onProgress(step, detail), this.stop.signal),
      })
      const { problems } = result
      if (!result.ok) {
        await publications.abandon(number)
        return { state: 'FAILED', problems, result }
      }
      // Another process may run by now; what it sees as left behind it removes.
      if (!(await held.stands())) throw new Error('the right to run was lost, with the connection that held it')
      await publications.commit(manifestOf(product, { number, fingerprint, inputs, models, result, rows: job.rows }))
      return { state: 'PUBLISHED', publication: number, problems, result }
    } catch (error) {
      await publications.abandon(number).catch(() => {})
      throw error
    }
  }

  /** The publication is in force by now: what goes wrong here is no reason to lose the run. */
  private async writeFiles(): Promise<Problem[]> {
    try {
      return await this.parts.writeFiles()
    } catch (error) {
      const { log, product } = this.parts
      log({ level: 'error', message: `The files of ${product.name} were not looked at.`, error: String(error) })
      return []
    }
  }

  private job(of: Pick<RunJob, 'kind' | 'inputs' | 'models' | 'datasets' | 'outputFolder' | 'rows'>): RunJob {
    const { product, inputFile, quarantineFolder, limits } = this.parts
    return { ...of, product: product.name, inputFile, quarantineFolder, limits }
  }

  private async published(): Promise<Manifest | undefined> {
    const pin = await this.parts.publications.pin()
    pin?.release()
    return pin?.manifest
  }
}

/** Inputs by content, SQL in force and contracts: equal ones would publish the same. */
function fingerprintOf(product: Product, inputs: RunJob['inputs'], models: Model[], rules: unknown[]): string {
  return sha256(
    JSON.stringify([
      EDITION,
      // Of names only hive partitions say something; a push without a name is given a new one every time.
      inputs
        .map(({ port, files }) => [
          port,
          files.map(({ name, sha256 }) => [sha256, ...partitionsOf(name)].join(' ')).sort(),
        ])
        .sort(),
      models.map(model => [model.layer, model.name, model.sql]).sort(),
      contractsOf(product).sort(),
      // Where no rule was changed, what was published before stays the same.
      ...(rules.length > 0 ? [rules] : []),
    ]),
  )
}

/** The rules that are not the contract's. */
function overlaid({ datasets }: Product, inForce: RunJob['datasets']): unknown[] {
  return inForce.filter(dataset => !datasets.includes(dataset)).map(({ name, quality }) => [name, quality])
}

const partitionsOf = (name: string) => name.split('/').filter(segment => segment.includes('='))

function contractsOf(product: Product): [string, string, string][] {
  const incoming = product.inputPorts.flatMap(port => (port.source.kind === 'contract' ? [port.source.contract] : []))
  return [...incoming, ...outputContracts(product)].map(({ id, version, document }) => [
    id,
    version,
    sha256(JSON.stringify(document)),
  ])
}

interface Made {
  number: number
  fingerprint: string
  inputs: RunJob['inputs']
  models: Model[]
  result: RunResult
  rows: RunJob['rows']
}

function manifestOf(product: Product, { number, fingerprint, inputs, models, result, rows }: Made): FinishedManifest {
  return {
    product: product.name,
    number,
    createdAt: new Date().toISOString(),
    fingerprint,
    inputs: inputs.map(inputOf),
    arrivals: result.inputs,
    models: models.map(({ name, layer, sql }) => ({ name, layer, sql, sha256: sha256(sql) })),
    contracts: contractsOf(product).map(([id, version, hash]) => ({ id, version, sha256: hash })),
    datasets: result.datasets,
    quality: result.quality,
    lineage: result.lineage,
    // Without the URL: it may hold a password.
    rows: rows.kind === 'mysql' ? { kind: 'mysql', tables: rows.tables } : { kind: 'sqlite' },
  }
}

function inputOf({ port, files }: RunJob['inputs'][number]): PublicationInput {
  const upstream = files.at(-1)?.upstream
  return { port, files: files.length, sha256: files.map(file => file.sha256), ...(upstream ? { upstream } : {}) }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
