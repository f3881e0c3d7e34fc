import { once } from 'node:events'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { WORKSPACE } from '../configuration.js'
import type { DemoSources, generateSources } from './sources.js'

/** From the build, also where the sources run: threads load plain JavaScript. */
const THREAD = path.join(WORKSPACE, 'scripts', 'dist', 'demo', 'generate.js')

/** Generates the sources in a thread, so that the mesh can open meanwhile. */
export async function generateAside(
  home: string,
  options: Parameters<typeof generateSources>[1],
): Promise<DemoSources> {
  const worker = new Worker(THREAD, { workerData: { home, options } })
  const [answer] = (await once(worker, 'message')) as [{ sources?: DemoSources; error?: string }]
  await worker.terminate()
  if (answer.sources) return answer.sources
  throw new Error(`The sources of the demo cannot be written: ${answer.error}`)
}
