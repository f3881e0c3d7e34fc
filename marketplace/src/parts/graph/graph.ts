/** What stands on a map: data only; `layout.ts` places it, `graph-view.tsx` draws it. */

/** Strata by depth, or a table's layer. */
export type Tone = 'country' | 'continent' | 'globe' | 'input' | 'model' | 'output'

export interface GraphNode {
  id: string
  label: string
  tone: Tone
  /** Said below the label. */
  note?: string
  /** Where it leads. */
  href?: string
  /** Nodes of one group stand in one frame of that name. */
  group?: string
  /** The one that the page is about. */
  here?: boolean
}

/** `from` feeds `to`. */
export interface GraphEdge {
  from: string
  to: string
}

export interface Graph {
  nodes: GraphNode[]
  edges: GraphEdge[]
}

/** Those that a node reads, and those that read it. */
export function neighbours({ edges }: Graph, id: string): { upstream: string[]; downstream: string[] } {
  return {
    upstream: edges.filter(({ to }) => to === id).map(({ from }) => from),
    downstream: edges.filter(({ from }) => from === id).map(({ to }) => to),
  }
}

/** How many steps of others' work a node stands on: the longest way down. A cycle counts once. */
export function depths({ nodes, edges }: Graph): Map<string, number> {
  const known = new Map<string, number>()
  const reads = new Map<string, string[]>()
  for (const { from, to } of edges) reads.set(to, [...(reads.get(to) ?? []), from])
  const depth = (id: string, seen: Set<string>): number => {
    if (known.has(id)) return known.get(id)!
    if (seen.has(id)) return 0
    seen.add(id)
    const found = Math.max(-1, ...(reads.get(id) ?? []).map(one => depth(one, seen))) + 1
    known.set(id, found)
    return found
  }
  for (const { id } of nodes) depth(id, new Set())
  return known
}
