/** What every process needs, without the graph and composition: import it as `@terrane/schema/problems`. */
export * from './catalogue.js'
export * from './nearest.js'
export * from './problem.js'
