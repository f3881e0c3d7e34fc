/** @terrane/schema: contracts, the graph made from them, composition, and what gateway and products say to one another. */
export * from './addresses.js'
export * from './authorisation/index.js'
export * from './composition/index.js'
export * from './contracts/index.js'
export * from './fixed-api/types.js'
export * from './graph/index.js'
export * from './identity/index.js'
export * from './problems/index.js'
