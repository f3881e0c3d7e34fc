import { serveAsWorker } from './serve-as-worker.js'

/** A worker process that has nothing to do but serve. */
serveAsWorker()
