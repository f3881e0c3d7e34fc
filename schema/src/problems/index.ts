/** What every process needs, without the graph and composition: import it as `@terrane/schema/problems`. */
export * from './catalogue.js'
export * from './problem.js'
