export * from './supergraph.js'
