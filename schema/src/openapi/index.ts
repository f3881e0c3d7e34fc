export {
  type Described,
  json,
  listOf,
  type OpenApiDocument,
  objectOf,
  openApiDocument,
  type Paths,
  PROBLEM,
  refusals,
  type Schema,
  shape,
  TEXT,
} from './document.js'
export type { Rights } from './management.js'
export { belowAddress, commonPaths, OPENAPI_PATH, openApiOfProduct } from './product.js'
