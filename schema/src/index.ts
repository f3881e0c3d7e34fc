/**
 * @terrane/schema: contracts, the graph made from them, and what gateway and products say to one another. Each folder is
 * an entry of its own for who needs no more (`@terrane/schema/contracts`); composition is only that, because it is heavy.
 */
export * from './addresses.js'
export * from './authorisation/index.js'
export * from './authorisation/policy-of.js'
export * from './compatibility/index.js'
export * from './contracts/index.js'
export * from './fixed-api/types.js'
export * from './graph/index.js'
export * from './identity/index.js'
export * from './metrics/index.js'
export * from './openapi/index.js'
export * from './problems/index.js'
