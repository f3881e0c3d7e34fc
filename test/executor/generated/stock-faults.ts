import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { alike, same } from './faults.js'
import type { Gateway } from './gateways.js'
import type { GeneratedMesh } from './mesh.js'
import type { GeneratedQuestion } from './question.js'
import { parseRequired } from './world.js'

/**
 * What brings Apollo's own executor or planner to answer otherwise than one schema would. A fault is known by what takes it
 * away: the question without what it needs of it, or the same data with a value where there is none.
 */
interface StockFault {
  reason: StockReason
  without?(asked: Asked): DocumentNode
  /** Whether a field that fails or is null gets a value. */
  whole?: true
}

/** Each is shown by the least graph in `stock-differs.test.ts`. */
export const STOCK_REASONS = [
  'a requirement that a condition leaves out costs all that is fetched beside it',
  'an object of which conditions leave out everything is null',
  'a field that requires one with arguments takes the client’s own one with others',
  'two fields that require one with different arguments take the same',
  'a field that requires a field that requires another is computed of nothing',
  'a client’s alias that is the name of a key or of a required field is taken for it',
  'the name of an interface object takes the place of the name of the type, and the object is lost',
  'the value of an argument from the context is not given',
  'mutations of a named fragment run before those beside it',
  'a mutation that is selected under two conditions runs twice',
  'an interface object of which its home fails to tell is told without what may not be null',
  'the fields of an object are told in another order',
] as const
export type StockReason = (typeof STOCK_REASONS)[number]

interface Asked {
  question: DocumentNode
  mesh: GeneratedMesh
  variables: Record<string, unknown>
}

/** Those that are in less of a question first. */
const STOCK_FAULTS: readonly StockFault[] = [
  {
    reason: 'a field that requires a field that requires another is computed of nothing',
    without: asked =>
      withoutFields(asked, (typeName, name) =>
        computedOf(asked.mesh, typeName, name).some(
          of => computedOf(asked.mesh, typeName, parseRequired(of).name).length > 0,
        ),
      ),
  },
  {
    reason: 'a field that requires one with arguments takes the client’s own one with others',
    without: ({ question, mesh }) => {
      const taken = new Set(requirementsIn(mesh).flatMap(({ name, hasArguments }) => (hasArguments ? [name] : [])))
      return withAliases(question, ({ name, alias }) =>
        !alias && taken.has(name.value) ? `${name.value}_own` : undefined,
      )
    },
  },
  {
    reason: 'two fields that require one with different arguments take the same',
    without: asked => {
      const first = new Map<string, string>()
      return withoutFields(asked, (typeName, name) =>
        computedOf(asked.mesh, typeName, name).some(of => {
          const key = `${typeName}.${parseRequired(of).name}`
          const known = first.get(key) ?? of
          first.set(key, known)
          return known !== of
        }),
      )
    },
  },
  {
    reason: 'a client’s alias that is the name of a key or of a required field is taken for it',
    without: ({ question, mesh }) => {
      const taken = new Set(['id', 'code', 'part', 'number', 'org', ...requirementsIn(mesh).flatMap(one => one.names)])
      return withAliases(question, ({ alias }) =>
        alias && taken.has(alias.value) ? `${alias.value}_other` : undefined,
      )
    },
  },
  {
    reason: 'the name of an interface object takes the place of the name of the type, and the object is lost',
    without: asked => withoutFields(asked, (_, name) => ['extra', 'weighed', 'thingsIn9'].includes(name)),
  },
  {
    reason: 'the value of an argument from the context is not given',
    without: asked => withoutFields(asked, (_, name) => name === 'inContext'),
  },
  {
    reason: 'mutations of a named fragment run before those beside it',
    without: ({ question }) => {
      const inlined = (selections: readonly SelectionNode[]): SelectionNode[] =>
        selections.map(one => {
          if (one.kind === Kind.FIELD) return one
          const fragment =
            one.kind === Kind.FRAGMENT_SPREAD
              ? question.definitions.filter(isOfMutations).find(({ name }) => name.value === one.name.value)!
              : one
          const selectionSet = { ...fragment.selectionSet, selections: inlined(fragment.selectionSet.selections) }
          return { kind: Kind.INLINE_FRAGMENT, directives: one.directives ?? [], selectionSet }
        })
      const definitions = question.definitions.flatMap(one => {
        if (isOfMutations(one)) return []
        if (one.kind !== Kind.OPERATION_DEFINITION || one.operation !== OperationTypeNode.MUTATION) return [one]
        return [{ ...one, selectionSet: { ...one.selectionSet, selections: inlined(one.selectionSet.selections) } }]
      })
      return { ...question, definitions }
    },
  },
  {
    reason: 'a mutation that is selected under two conditions runs twice',
    without: asked =>
      withSelections(asked, (selections, typeName) =>
        typeName === 'Mutation'
          ? selections.filter(one => holds(one, asked)).map(one => ({ ...one, directives: [] }))
          : selections,
      ),
  },
  {
    reason: 'a requirement that a condition leaves out costs all that is fetched beside it',
    without: asked => withSelections(asked, selections => selections.filter(one => holds(one, asked))),
  },
  {
    reason: 'an object of which conditions leave out everything is null',
    without: asked => withSelections(asked, selections => [...selections, TYPENAME]),
  },
  {
    reason: 'an interface object of which its home fails to tell is told without what may not be null',
    whole: true,
  },
]

/**
 * Why stock answers a question otherwise than one schema does: the one fault without which it would not, else the fewest.
 * What is taken away is taken away from both. Undefined where it differs even without all of them, or does not differ.
 */
export async function stockReasonsOf(
  mesh: GeneratedMesh,
  question: GeneratedQuestion,
  stock: Gateway,
  oneSchema: Gateway,
): Promise<StockReason[] | undefined> {
  const { query, variables } = question
  const known = new Map<string, boolean>()
  const isRightWithout = async (faults: readonly StockFault[], right = alike): Promise<boolean> => {
    const left = faults.reduce(
      (asked, { without }) => without?.({ question: asked, mesh, variables }) ?? asked,
      parse(query),
    )
    const whole = faults.some(fault => fault.whole)
    const key = `${right.name} ${whole} ${print(left)}`
    const told = async (gateway: Gateway) => {
      mesh.world.changes = 0
      // What of two answers comes first decides with some faults: each time it is the same one.
      mesh.asked = 0
      return (await gateway.ask({ query: print(left), variables })).data
    }
    mesh.world.whole = whole
    const isRight = known.get(key) ?? right(await told(stock), await told(oneSchema))
    mesh.world.whole = false
    known.set(key, isRight)
    return isRight
  }
  if (await isRightWithout([])) return (await isRightWithout([], same)) ? undefined : [IN_ANOTHER_ORDER]
  for (const fault of STOCK_FAULTS) if (await isRightWithout([fault])) return [fault.reason]
  let needed = STOCK_FAULTS
  if (!(await isRightWithout(needed))) return undefined
  for (const fault of [...STOCK_FAULTS].reverse()) {
    const others = needed.filter(one => one !== fault)
    if (await isRightWithout(others)) needed = others
  }
  return needed.map(({ reason }) => reason)
}

const IN_ANOTHER_ORDER = 'the fields of an object are told in another order'

function withAliases(question: DocumentNode, named: (field: FieldNode) => string | undefined): DocumentNode {
  return visit(question, {
    Field: field => {
      const value = named(field)
      return value === undefined ? undefined : { ...field, alias: { kind: Kind.NAME, value } }
    },
  })
}

const withoutFields = (asked: Asked, isGone: (typeName: string, fieldName: string) => boolean) =>
  withSelections(asked, (selections, typeName) =>
    selections.filter(one => one.kind !== Kind.FIELD || !isGone(typeName, one.name.value)),
  )

function withSelections(
  { question, mesh }: Asked,
  change: (selections: readonly SelectionNode[], typeName: string) => readonly SelectionNode[],
): DocumentNode {
  const info = new TypeInfo(mesh.monolith)
  return visit(
    question,
    visitWithTypeInfo(info, {
      SelectionSet: {
        leave: set => {
          const selections = change(set.selections, info.getParentType()?.name ?? '')
          return { ...set, selections: selections.length > 0 ? selections : [TYPENAME] }
        },
      },
    }),
  )
}

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
const DEFAULTS: Record<string, unknown> = { no: false, on: true }

function holds({ directives = [] }: SelectionNode, { variables }: Asked): boolean {
  return directives.every(({ name, arguments: given }) => {
    const condition = given?.[0]?.value
    if (condition?.kind !== Kind.VARIABLE) return true
    const variable = condition.name.value
    const value = variable in variables ? variables[variable] : DEFAULTS[variable]
    return Boolean(value) === (name.value === 'include')
  })
}

const isOfMutations = (one: DocumentNode['definitions'][number]): one is FragmentDefinitionNode =>
  one.kind === Kind.FRAGMENT_DEFINITION && one.typeCondition.name.value === 'Mutation'

function computedOf({ world }: GeneratedMesh, typeName: string, fieldName: string): string[] {
  const model = world.entities.find(({ name }) => name === typeName)?.fields[fieldName]
  return model?.kind === 'computed' ? model.of : []
}

/** All that any field requires. */
function requirementsIn({ world }: GeneratedMesh) {
  return world.entities.flatMap(({ name: typeName, fields }) =>
    Object.values(fields).flatMap(model =>
      model.kind !== 'computed'
        ? []
        : model.of.map(of => {
            const { name, below } = parseRequired(of)
            const required = fields[name]
            const hasArguments =
              required?.kind === 'priced' || (required?.kind === 'computed' && required.marked === true)
            return { typeName, name, hasArguments, names: below ? [name, below] : [name] }
          }),
    ),
  )
}
