import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils'
import type { coordinatesOf, ProductDecision } from '@terrane/schema'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { readable } from '../reading.js'
import { denied } from '../refusal.js'
import type { Prepared } from './compiled-execution.js'
import { type RefusedField, withShield } from './shield.js'

/** The graph as callers with one decision see it. */
export interface GraphView {
  schema: GraphQLSchema
  /** What was prepared for documents in this view. */
  prepared: WeakMap<DocumentNode, Prepared>
}

type Coordinates = ReturnType<typeof coordinatesOf>

/** Views kept; each is a schema of its own. Decisions come from the gateway, so there are about as many as roles. */
const KEPT = 32

/**
 * A schema per decision: what may not be discovered is not in it, so that validation, variables and introspection speak
 * of it exactly as of what does not exist; what may be discovered but not read stands behind the shield. All other
 * fields carry no check, because a view is only ever used with the decision it was made for.
 */
export class GraphViews {
  private readonly views = new Map<string, GraphView>()

  constructor(
    private readonly product: string,
    private readonly schema: GraphQLSchema,
    private readonly coordinates: Coordinates,
  ) {}

  /** `whole`: the SDL may be asked for, by the mesh itself or where everything is public. */
  of(decision: ProductDecision, whole: { gateway: boolean; open: boolean }): GraphView {
    const key = `${decision.fingerprint} ${whole.gateway} ${whole.open}`
    let view = this.views.get(key)
    if (view) {
      this.views.delete(key)
    } else {
      view = { schema: this.make(decision, whole), prepared: new WeakMap() }
      if (this.views.size >= KEPT) this.views.delete(this.views.keys().next().value!)
    }
    this.views.set(key, view)
    return view
  }

  private make(decision: ProductDecision, { gateway, open }: { gateway: boolean; open: boolean }): GraphQLSchema {
    const hidden = gateway ? new Set<string>() : hiddenBy(decision, this.coordinates)
    const refused = this.refusedBy(decision)
    if (!gateway && !open) {
      refused.push({ type: 'Query', field: '_service', refuse: () => denied(`${this.product}/*`) })
    }
    return withShield(hidden.size > 0 ? without(this.schema, hidden) : this.schema, refused)
  }

  private refusedBy(decision: ProductDecision): RefusedField[] {
    const refused: RefusedField[] = []
    const refuse = (coordinates: string[], dataset: string, policyKey: string) => {
      for (const coordinate of coordinates) {
        const [type, field] = coordinate.split('.')
        if (field !== undefined) {
          refused.push({ type: type!, field, refuse: ({ reading }) => reading.refuse(dataset, policyKey) })
        }
      }
    }
    for (const [name, { self, properties }] of Object.entries(this.coordinates.datasets)) {
      const dataset = decision.datasets[name]
      if (!dataset?.read) {
        refuse(self, name, `${this.product}/${name}`)
        continue
      }
      for (const [property, coordinates] of Object.entries(properties)) {
        if (!readable(dataset, property)) refuse(coordinates, name, `${this.product}/${name}/${property}`)
      }
    }
    return refused
  }
}

/** Coordinates of all that a decision does not let discover. */
function hiddenBy(decision: ProductDecision, coordinates: Coordinates): Set<string> {
  const hidden: string[] = decision.discover ? [] : [...coordinates.product]
  for (const [name, { self, properties }] of Object.entries(coordinates.datasets)) {
    const dataset = decision.datasets[name]
    const discovered = decision.discover && dataset?.discover
    if (!discovered) hidden.push(...self)
    for (const [property, places] of Object.entries(properties)) {
      if (!discovered || !dataset.properties[property]?.discover) hidden.push(...places)
    }
  }
  return new Set(hidden)
}

function without(schema: GraphQLSchema, hidden: Set<string>): GraphQLSchema {
  const keepType = <T extends { name: string }>(type: T) => (hidden.has(type.name) ? null : undefined)
  const keepMember = <T>(member: T, name: string, type: string) => (hidden.has(`${type}.${name}`) ? null : member)
  const kept = mapSchema(schema, {
    [MapperKind.TYPE]: keepType,
    [MapperKind.OBJECT_FIELD]: keepMember,
    [MapperKind.INPUT_OBJECT_FIELD]: keepMember,
    [MapperKind.ENUM_VALUE]: (value, type, _schema, name) => (hidden.has(`${type}.${name}`) ? null : value),
  })
  // Types that only the hidden parts used, or that have nothing left, would still tell of them.
  return pruneSchema(kept)
}
