/** @terrane/gateway: federates products and decides who sees what. */
export * from './gateway.js'
