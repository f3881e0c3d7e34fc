export { DEFAULT_PAGE, MAXIMUM_GROUPS, MAXIMUM_PAGE } from './arguments.js'
export { refuseSeveralChanges } from './control-guard.js'
export { type Coordinates, coordinatesOf } from './coordinates.js'
export {
  type ExtensionContext,
  type ExtraField,
  type Governance,
  Governed,
  type LoadedExtension,
  type ProductExtension,
  type RowsQuestion,
} from './extension.js'
export { FIXED_TYPES } from './fixed-types.js'
export { inOwnMetadata } from './metadata.js'
export * from './names.js'
export * from './operation-cost.js'
export { requiredPolicy } from './policy-keys.js'
export * from './product-graph.js'
export * from './resolvers.js'
export { outlineInSteps } from './restrict-schema.js'
export * from './steps.js'
export * from './visible-schema.js'
