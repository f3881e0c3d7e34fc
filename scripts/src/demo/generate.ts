import { parentPort, workerData } from 'node:worker_threads'
import { generateSources } from './sources.js'

/** The thread of `generateAside`. */
const { home, options } = workerData as { home: string; options: Parameters<typeof generateSources>[1] }
generateSources(home, options).then(
  sources => parentPort!.postMessage({ sources }),
  error => parentPort!.postMessage({ error: error instanceof Error ? error.message : String(error) }),
)
