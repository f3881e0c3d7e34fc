import type { FetchDescription, StepDescription } from '@terrane/gateway'
import type { Planned } from './planned.js'

/** The plan for people: its steps, and below them who is asked for every field, what is denied, and the cost. */
export function planText({ plan, fields, denied, cost }: Planned): string {
  const steps = plan ? stepLines(plan, '') : ['Nothing is fetched.']
  const width = Math.max(0, ...[...fields, ...denied].map(({ path }) => path.length))
  const origins = fields.map(
    ({ path, subgraphs, fetches }) =>
      `${path.padEnd(width)}  ${subgraphs.join(', ') || 'nobody'}${fetches.length > 0 ? `  (${fetches.join(', ')})` : ''}`,
  )
  const losses = denied.map(
    ({ path, coordinate, lacks }) => `${path.padEnd(width)}  denied: ${coordinate} takes ${lacks}`,
  )
  const ceiling = cost?.limit === undefined ? '' : ` of at most ${cost.limit}`
  return `${[
    ...[...steps, '', ...origins],
    ...(losses.length > 0 ? ['', ...losses] : []),
    ...(cost ? ['', `cost ${cost.operation}${ceiling}`] : []),
  ].join('\n')}\n`
}

function stepLines(step: StepDescription, indent: string): string[] {
  const deeper = `${indent}  `
  if (step.kind === 'fetch') return fetchLines(step, indent)
  if (step.kind !== 'condition') return [`${indent}${step.kind}`, ...step.steps.flatMap(one => stepLines(one, deeper))]
  return [
    ...(step.whenTrue ? [`${indent}if $${step.variable}`, ...stepLines(step.whenTrue, deeper)] : []),
    ...(step.whenFalse ? [`${indent}unless $${step.variable}`, ...stepLines(step.whenFalse, deeper)] : []),
  ]
}

function fetchLines({ id, subgraph, at, requires, operation, parts }: FetchDescription, indent: string): string[] {
  const deeper = `${indent}    `
  const whole = [
    `${indent}${id} ${subgraph}${at.length > 0 ? ` at ${at.join('.')}` : ''}`,
    ...(requires ? [`${deeper}takes ${requires}`] : []),
  ]
  const sent = operation.split('\n').map(line => deeper + line)
  if (!parts) return [...whole, ...sent]
  const split = parts.fetches.flatMap(part => fetchLines(part, deeper))
  if (parts.when === 'always') return [...whole, `${deeper}in parts:`, ...split]
  return [...whole, ...sent, `${deeper}in parts, for entities that lack what only some of it takes:`, ...split]
}
