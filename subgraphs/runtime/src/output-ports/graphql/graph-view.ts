import { type Coordinates, type ExtraField, hiddenFrom, type ProductDecision, visibleSchema } from '@terrane/schema'
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
    private readonly extra: readonly ExtraField[] = [],
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
    const refused = this.refusedBy(decision)
    if (!gateway && !open) {
      refused.push({ type: 'Query', field: '_service', refuse: () => denied(`${this.product}/*`) })
    }
    const visible = gateway
      ? this.schema
      : visibleSchema(this.schema, hiddenFrom([{ coordinates: this.coordinates, decision }]))
    return withShield(visible, refused)
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
    // What a resolver of the product's makes of values has no row to filter and no mask to put on: all or nothing.
    for (const { type, field, dataset, property } of this.extra) {
      if (decision.datasets[dataset]?.properties[property]?.read === true && decision.datasets[dataset].read) continue
      refuse([`${type}.${field}`], dataset, `${this.product}/${dataset}/${property}`)
    }
    return refused
  }
}
