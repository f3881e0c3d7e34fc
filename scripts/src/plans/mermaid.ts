import type { StepDescription } from '@terrane/gateway'
import type { Planned } from './planned.js'

/**
 * The plan as a Mermaid flowchart: an arrow is a fetch that waits for another; every box names the fields it brings. What
 * is denied stands in a box of its own that nothing leads to.
 */
export function planMermaid({ plan, fields, denied }: Planned): string {
  const lines = ['flowchart TD', '  question([question])']
  /** Draws a step behind those that it waits for, and gives those that what comes next waits for. */
  const draw = (step: StepDescription, after: string[], label: string): string[] => {
    if (step.kind === 'fetch') {
      const node = `f${step.id}`
      const brings = fields.filter(({ fetches }) => fetches.some(id => id === step.id || id.startsWith(`${step.id}.`)))
      const text = [`${step.id} ${step.subgraph}`, ...brings.map(({ path }) => path)].map(escaped).join('<br/>')
      lines.push(`  ${node}["${text}"]`, ...after.map(one => `  ${one} -->${label} ${node}`))
      return [node]
    }
    if (step.kind === 'condition')
      return [
        ...(step.whenTrue ? draw(step.whenTrue, after, `|"if $${step.variable}"|`) : []),
        ...(step.whenFalse ? draw(step.whenFalse, after, `|"unless $${step.variable}"|`) : []),
      ]
    if (step.kind === 'parallel') return step.steps.flatMap(one => draw(one, after, label))
    return step.steps.reduce((before, one) => draw(one, before, label), after)
  }
  if (plan) draw(plan, ['question'], '')
  if (denied.length > 0)
    lines.push(`  denied["${['denied', ...denied.map(({ path }) => path)].map(escaped).join('<br/>')}"]`)
  return `${lines.join('\n')}\n`
}

const escaped = (text: string) => text.replaceAll('"', '#quot;')
