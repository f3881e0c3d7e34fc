import { type DocumentNode, Kind } from 'graphql'
import { argument, named } from './join-directives.js'

/**
 * Progressive `@override(from:, label:)`: which fields have moved for one operation. `percent(5)` is drawn, once per
 * operation so that all its fields agree; whoever has moved at 5 has moved at 10. Any other label has not moved yet.
 */
export class OverrideLabels {
  private readonly percents = new Map<string, number>()

  constructor(supergraph: DocumentNode) {
    for (const type of supergraph.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
      for (const field of type.fields ?? [])
        for (const directive of named(field.directives, 'join__field')) {
          const label = argument(directive, 'overrideLabel')
          const percent = label === undefined ? undefined : /^percent\((\d+(?:\.\d+)?)\)$/.exec(label)?.[1]
          if (percent !== undefined) this.percents.set(label!, Number(percent))
        }
    }
  }

  draw(random: () => number = Math.random): ReadonlyMap<string, boolean> {
    if (this.percents.size === 0) return NONE
    const drawn = random() * 100
    return new Map([...this.percents].map(([label, percent]) => [label, drawn < percent]))
  }
}

const NONE: ReadonlyMap<string, boolean> = new Map()
