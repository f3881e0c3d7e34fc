import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner'
import { GraphQLError } from 'graphql'
import { objectsAt } from './place.js'
import { type Step, signalOf } from './run.js'

/** The plan as a step, its fetches as `compileFetch` makes them. `defaults`: what a variable is that was not given. */
export function compilePlan(
  node: PlanNode | SubscriptionNode,
  compileFetch: (node: FetchNode) => Step,
  defaults: Readonly<Record<string, unknown>>,
): Step {
  const compile = (child: PlanNode) => compilePlan(child, compileFetch, defaults)
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node)
    case 'Sequence':
      return inSequence(node.nodes.map(compile))
    case 'Parallel': {
      const steps = node.nodes.map(compile)
      return async (run, objects, path) => {
        await Promise.all(steps.map(step => step(run, objects, path)))
      }
    }
    case 'Flatten': {
      const step = compile(node.node)
      return (run, objects, path) => {
        const found = objectsAt(objects, node.path)
        return found.length > 0 ? step(run, found, [...path, ...node.path]) : undefined
      }
    }
    case 'Condition': {
      const { condition } = node
      const then = node.ifClause && compile(node.ifClause)
      const otherwise = node.elseClause && compile(node.elseClause)
      return (run, objects, path) => {
        const holds = Object.hasOwn(run.variables, condition) ? run.variables[condition] : defaults[condition]
        return (holds ? then : otherwise)?.(run, objects, path)
      }
    }
    case 'Defer':
      throw refusal('@defer')
    case 'Subscription':
      throw refusal('A subscription')
  }
}

/** Of one step that step itself. */
export function inSequence(steps: readonly Step[]): Step {
  if (steps.length === 1) return steps[0]!
  return async (run, objects, path) => {
    for (const step of steps) {
      signalOf(run)?.throwIfAborted()
      await step(run, objects, path)
    }
  }
}

function refusal(what: string): GraphQLError {
  return new GraphQLError(`${what} is not answered here: the whole answer comes at once.`, {
    extensions: { code: 'OPERATION_NOT_SUPPORTED', http: { status: 400 } },
  })
}
