import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { YOUNG_MEGABYTES } from '../../young-generation.js'
import type { PlannerOptions } from './planner.js'
import type { FromPlanning } from './planning-messages.js'

/** From the build, also where the sources run: threads load plain JavaScript. */
const THREAD = path.resolve(__dirname, '..', '..', '..', 'dist', 'executor', 'plan', 'planning-worker.js')

/** Of a thread's heap. */
const MEMORY_MEGABYTES = 1024
/** Apollo's planner walks types recursively: a thousand that lead from one to the next overflow node's usual stack. */
const STACK_MEGABYTES = 32

/** A planning thread, and what it has said before anybody listened. */
interface Started {
  worker: Worker
  said: readonly FromPlanning[]
}

/** Of a thread that nobody has taken yet. */
interface Spare {
  worker: Worker
  /** The supergraph that it was told. */
  told?: PlannerOptions
  said: FromPlanning[]
  end(): void
}

let spare: Spare | undefined

/**
 * Starts a planning thread before there is a planner to be: it loads what it needs while this thread loads the server,
 * instead of after it.
 */
export function startSpareThread(): void {
  const worker = started(MEMORY_MEGABYTES)
  const said: FromPlanning[] = []
  const hear = (message: FromPlanning) => void said.push(message)
  // Whoever takes none starts another, and hears why that one ends.
  const lost = () => {
    if (spare?.worker === worker) spare = undefined
  }
  worker.on('message', hear).on('error', lost).on('exit', lost)
  spare = { worker, said, end: () => worker.off('message', hear).off('error', lost).off('exit', lost) }
}

/** The spare thread begins with a supergraph that it will be taken for. */
export function tellSpareThread(options: PlannerOptions): void {
  if (!spare || spare.told) return
  spare.told = options
  spare.worker.postMessage(options)
}

/** A thread that reads this supergraph, the spare one if that is there and for no other. `memoryMegabytes`: of its heap, if not as usual. */
export function takeThread({ sdl, validate }: PlannerOptions, memoryMegabytes?: number): Started {
  if (spare && memoryMegabytes === undefined) {
    const { worker, told, said, end } = spare
    if (!told || (told.sdl === sdl && told.validate === validate)) {
      tellSpareThread({ sdl, validate })
      spare = undefined
      end()
      return { worker, said }
    }
  }
  const worker = started(memoryMegabytes ?? MEMORY_MEGABYTES)
  worker.postMessage({ sdl, validate } satisfies PlannerOptions)
  return { worker, said: [] }
}

function started(maxOldGenerationSizeMb: number): Worker {
  const worker = new Worker(THREAD, {
    resourceLimits: { maxOldGenerationSizeMb, maxYoungGenerationSizeMb: YOUNG_MEGABYTES, stackSizeMb: STACK_MEGABYTES },
  })
  // The process may end while it plans: what waits for an answer is a request, and that holds the process.
  worker.unref()
  return worker
}
