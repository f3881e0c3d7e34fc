export { openStores } from './open-stores.js'
export type * from './stores.js'
