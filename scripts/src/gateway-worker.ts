import { serveAsWorker } from '@terrane/gateway/workers/serve-as-worker'
import { startTelemetry } from './telemetry/start-telemetry.js'

/** A worker process of `terrane gateway`: it tells its own traces, as every process does. */
void startTelemetry().then(serveAsWorker)
