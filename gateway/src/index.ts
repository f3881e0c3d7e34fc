/** @terrane/gateway: federates products and decides who sees what. */
import './without-apollo-telemetry.js'

export * from './authentication/index.js'
export type { DecisionPoint } from './authorisation/decision-point.js'
export type { FetchDescription, PlanDescription, StepDescription } from './executor/plan/described/description.js'
export { abortSignalOf, type StopSignal } from './executor/stop.js'
export { faultOfTransports } from './executor/transport/subgraph-transport.js'
export * from './gateway.js'
export { planOperation } from './plan-operation.js'
export { startGateway } from './server.js'
export { GatewayStartError } from './start-error.js'
export { readSupergraph } from './supergraph/federation.js'
export { type GatewayWorkers, startWorkers } from './workers/start-workers.js'
