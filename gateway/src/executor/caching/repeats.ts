import type { GraphQLDataSource } from '@apollo/gateway'
import type { Repeatable, RepeatableRead } from '@terrane/schema'

type Answer = Pick<Awaited<ReturnType<GraphQLDataSource['process']>>, 'errors' | 'extensions'>

/**
 * What a subgraph has read for an answer that can be given again; undefined for one that cannot. `decision`: fingerprint of
 * the one that the subgraph was handed.
 */
export function readsIn({ errors, extensions }: Answer, decision: string | undefined): RepeatableRead[] | undefined {
  const said = (extensions?.terrane as { repeatable?: Partial<Repeatable> } | undefined)?.repeatable
  if (errors?.length || !Array.isArray(said?.reads) || decision === undefined) return undefined
  return said.decision === decision ? said.reads : undefined
}

/** What is known of an operation's fetches: whether all of them may be answered again, and what was read for them. */
export class Repeats {
  private all = true
  /** By product. */
  readonly reads = new Map<string, RepeatableRead[]>()

  /** Whether there was something to fetch, and the publications settle all of it. */
  get whole(): boolean {
    return this.all && this.reads.size > 0
  }

  /** `decision`: fingerprint of the one that the subgraph was handed. */
  note(subgraph: string, decision: string | undefined, answer: Answer): void {
    const reads = readsIn(answer, decision)
    if (reads === undefined) this.all = false
    else this.reads.set(subgraph, [...(this.reads.get(subgraph) ?? []), ...reads])
  }
}
