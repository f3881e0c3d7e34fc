export { holds } from './encoding.js'
export { openPublications } from './publications.js'
export type * from './store.js'
