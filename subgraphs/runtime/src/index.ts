/** @terrane/runtime: turns a product folder into a running data product. */
export { openDataProduct } from './data-product.js'
export type * from './data-product-options.js'
export { type ServedDataProduct, type ServeOptions, serveDataProduct } from './http.js'
export * from './input-layer/index.js'
export { connectorOf, connectors, openConnector } from './input-ports/index.js'
export { SourceRefusal } from './input-ports/reason.js'
export * from './pipeline/index.js'
export { withResolvers } from './resolvers-file.js'
