/** @terrane/runtime: turns a product folder into a running data product. */
export type { DataProduct, DataProductOptions } from './data-product.js'
export * from './input-layer/index.js'
export { connectorOf, connectors, openConnector } from './input-ports/index.js'
export * from './pipeline/index.js'
