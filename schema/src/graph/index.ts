export * from './resolvers.js'
