import { existsSync, mkdirSync } from 'node:fs'
import os from 'node:os'
import type { Property } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import type { LandedFile } from '../input-layer/landed.js'
import { confine } from './confine.js'
import type {
  ExamineJob,
  JudgeJob,
  JudgeModels,
  RunJob,
  RunLimits,
  RunMessage,
  RunPipeline,
  RunResult,
  TracedVerdict,
  TraceJob,
} from './job.js'

/** The only ways to SQL that somebody else wrote, and to files before they are known; a child process each, ended when its work is. */

const JUDGE_LIMITS: RunLimits = { memoryMegabytes: 256, threads: 1, seconds: 30 }
const EXAMINE_LIMITS: RunLimits = { memoryMegabytes: 1024, threads: 1, seconds: 60 }
/** More than this on standard output is not ours. */
const MAX_LINE = 16 * 1024 * 1024
const MAX_LOG = 64 * 1024

type Progress = Extract<RunMessage, { type: 'progress' }>

/** Runs a job in a process of its own. Whatever becomes of the process, this resolves. */
export const runPipeline: RunPipeline = async (job, onProgress = () => {}, signal) => {
  const started = performance.now()
  mkdirSync(job.outputFolder, { recursive: true })
  const ended = await converse(job, job.limits, job.outputFolder, onProgress, signal)
  const seconds = Math.round(performance.now() - started) / 1000
  const log = ended.log === '' ? {} : { log: ended.log }
  if (ended.message?.type === 'result') return { ...ended.message.result, seconds, ...log }
  const nothing: RunResult = { ok: false, problems: [], inputs: [], datasets: [], quality: [], lineage: [], seconds }
  return { ...nothing, problems: [ended.problem ?? crashed('it gave no result')], ...log }
}

/** Judges models without running them. Problems stand in the models' own files. */
export const judgeModels: JudgeModels = async (product, inputs) => {
  const job: JudgeJob = {
    kind: 'judge',
    models: product.models,
    ports: product.inputPorts.map(port => port.name),
    datasets: product.datasets,
    ...(inputs ? { inputs } : {}),
  }
  const ended = await converse(job, JUDGE_LIMITS, os.tmpdir(), () => {})
  if (ended.message?.type === 'verdict') return ended.message.verdict
  return { problems: [ended.problem ?? crashed('it gave no verdict')], order: [], lineage: [] }
}

/**
 * Reads a pushed parquet file whole before it is kept. What takes longer than a minute is kept unread, and found by the
 * run; what kills the process that reads it would kill every run.
 */
export async function examineParquet(file: LandedFile, properties: Property[]): Promise<Problem | undefined> {
  const ended = await converse({ kind: 'examine', file, properties }, EXAMINE_LIMITS, os.tmpdir(), () => {})
  if (ended.message?.type === 'examined') return ended.message.problem
  if (ended.problem?.code === 'RUN_TIMEOUT') return undefined
  const { port, name, format } = file
  const reason = 'reading it ends the process that reads it'
  return problem('INPUT_UNREADABLE', { port, file: name, format, reason }, { file: name })
}

/** Products of one process: starting it takes longer than judging one, and its answer is one line. */
const TRACED_TOGETHER = 30

/**
 * Judges many products, and says of each of their columns which columns of their input ports it is made of. One that
 * breaks the process is found by halves, and costs itself only.
 */
export async function traceProducts(products: TraceJob['products']): Promise<TracedVerdict[]> {
  const verdicts: TracedVerdict[][] = []
  let next = 0
  const work = async () => {
    for (let at = next++; at * TRACED_TOGETHER < products.length; at = next++) {
      verdicts[at] = await traceTogether(products.slice(at * TRACED_TOGETHER, (at + 1) * TRACED_TOGETHER))
    }
  }
  await Promise.all([work(), work()])
  return verdicts.flat()
}

async function traceTogether(products: TraceJob['products']): Promise<TracedVerdict[]> {
  const ended = await converse({ kind: 'trace', products }, JUDGE_LIMITS, os.tmpdir(), () => {})
  if (ended.message?.type === 'verdicts') return ended.message.verdicts
  if (products.length === 1) {
    return [{ problems: [ended.problem ?? crashed('it gave no verdict')], order: [], lineage: [], columns: [] }]
  }
  const half = Math.ceil(products.length / 2)
  return [...(await traceTogether(products.slice(0, half))), ...(await traceTogether(products.slice(half)))]
}

interface Ended {
  /** The last line that is not progress. */
  message?: Exclude<RunMessage, Progress>
  /** Why there is none. */
  problem?: Problem
  log: string
}

/** One conversation: the job in, progress and one answer out. */
function converse(
  job: RunJob | JudgeJob | TraceJob | ExamineJob,
  limits: RunLimits,
  folder: string,
  onProgress: (message: Progress) => void,
  signal?: AbortSignal,
): Promise<Ended> {
  if (signal?.aborted) return Promise.resolve({ problem: problem('RUN_ABORTED', { step: '' }), log: '' })
  const { child, kill, exceededMemory } = confine(limits.memoryMegabytes, existsSync(folder) ? folder : os.tmpdir())
  let message: Ended['message']
  let log = ''
  let step = ''
  let reason: 'timeout' | 'aborted' | 'talkative' | undefined

  const end = (why: NonNullable<typeof reason>) => {
    reason ??= why
    kill()
  }
  const timer = setTimeout(() => end('timeout'), limits.seconds * 1000)
  const onAbort = () => end('aborted')
  signal?.addEventListener('abort', onAbort)

  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-MAX_LOG)
  })
  let rest = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    if (rest.length > MAX_LINE) end('talkative')
    for (const line of lines) {
      const said = parse(line)
      if (said?.type === 'progress') {
        const name = said.detail === undefined ? said.step : `${said.step} ${said.detail}`
        // What tells how long it took has ended; what came next has not told of itself.
        step = said.seconds === undefined ? `, at: ${name}` : `, after: ${name}`
        onProgress(said)
      } else if (said) message = said
    }
  })
  // The pipe stays open: the child ends itself when it closes, which is how it notices that its parent died.
  child.stdin!.on('error', () => {}) // it died first; 'close' below tells
  child.stdin!.write(`${JSON.stringify(job, contractInShort)}\n`)

  return new Promise(resolve => {
    let failure: Error | undefined
    child.once('error', error => {
      failure = error
      if (child.pid === undefined) settle(null, null)
    })
    child.once('close', settle)
    function settle(code: number | null, killedBy: NodeJS.Signals | null) {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      const at = { step }
      const outOfMemory = () => problem('RUN_OUT_OF_MEMORY', { memory: limits.memoryMegabytes, ...at })
      if (reason === 'timeout') resolve({ problem: problem('RUN_TIMEOUT', { seconds: limits.seconds, ...at }), log })
      else if (reason === 'aborted') resolve({ problem: problem('RUN_ABORTED', at), log })
      else if (reason === 'talkative') resolve({ problem: crashed('it said too much', at.step), log })
      else if (exceededMemory()) resolve({ problem: outOfMemory(), log })
      else if (message && code === 0) resolve({ message, log })
      else if (MEMORY_GONE.test(log)) resolve({ problem: outOfMemory(), log })
      else resolve({ problem: crashed(failure?.message ?? killedBy ?? `exit code ${code}`, at.step), log })
    }
  })
}

/** What node, the C++ library and the linker say when the address space is used up. */
const MEMORY_GONE = /bad_alloc|out of memory|cannot allocate memory|allocation failed|resource temporarily unavailable/i

function crashed(reason: string, step = ''): Problem {
  return problem('RUN_CRASHED', { reason, step })
}

function parse(line: string): RunMessage | undefined {
  try {
    const said = JSON.parse(line)
    return typeof said === 'object' && said !== null && 'type' in said ? (said as RunMessage) : undefined
  } catch {
    return undefined // some library wrote to standard output
  }
}

/** Datasets know their contract and contracts their datasets; a run needs of the contract what it is called, and where. */
function contractInShort(key: string, value: unknown): unknown {
  if (key !== 'contract' || typeof value !== 'object' || value === null) return value
  const { datasets: _circular, document: _whole, ...short } = value as Record<string, unknown>
  return short
}
