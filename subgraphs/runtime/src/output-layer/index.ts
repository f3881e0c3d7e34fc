export { type OpenPublicationsOptions, openPublications } from './publications.js'
export type * from './store.js'
export { type WriteRowsOptions, writeRows } from './write-rows.js'
