export * from './column-lineage.js'
