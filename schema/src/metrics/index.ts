export * from './metrics-door.js'
