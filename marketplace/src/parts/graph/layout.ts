import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk-api'
import elkWorker from 'elkjs/lib/elk-worker.min.js?url'
import type { Graph, GraphNode } from './graph'

export interface Placed {
  node: GraphNode
  x: number
  y: number
  width: number
  height: number
  group?: string
}
export interface Frame {
  id: string
  label: string
  x: number
  y: number
  width: number
  height: number
}
export interface Layout {
  placed: Placed[]
  frames: Frame[]
  /** By `from to`: the corners of its way, around what it does not concern. */
  ways: Map<string, { x: number; y: number }[]>
  width: number
  height: number
}

/** Which way the data flows on the page. */
export type Direction = 'UP' | 'RIGHT'

const HEIGHT = 52
/** Between boxes, and between one layer and the next. */
const SPACING = {
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '16',
  'elk.layered.spacing.nodeNodeBetweenLayers': '52',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
}
let elk: InstanceType<typeof ELK> | undefined

/** Places nodes in layers, frames around groups; in a worker, so that the page stays quick. */
export async function layOut({ nodes, edges }: Graph, direction: Direction): Promise<Layout> {
  elk ??= new ELK({ workerFactory: () => new Worker(elkWorker) })
  const groups = [...new Set(nodes.flatMap(({ group }) => group ?? []))]
  const box = (node: GraphNode): ElkNode => ({ id: node.id, width: widthOf(node), height: HEIGHT })
  const result: ElkNode = await elk.layout({
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction,
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      // All ways from the map's own corner, whatever frames they cross.
      'org.eclipse.elk.json.edgeCoords': 'ROOT',
      ...SPACING,
      // As early as it can be: what stands on nothing stands at the beginning.
      'elk.layered.layering.strategy': 'LONGEST_PATH_SOURCE',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    },
    children: [
      ...groups.map(group => ({
        id: frameId(group),
        layoutOptions: { 'elk.padding': '[top=40,left=16,bottom=16,right=16]', ...SPACING },
        children: nodes.filter(node => node.group === group).map(box),
      })),
      ...nodes.filter(({ group }) => group === undefined).map(box),
    ],
    edges: edges.map(({ from, to }, place) => ({ id: `e${place}`, sources: [from], targets: [to] })),
  })
  const at = new Map<string, ElkNode>()
  for (const child of result.children ?? []) {
    at.set(child.id, child)
    for (const inner of child.children ?? []) at.set(inner.id, inner)
  }
  return {
    placed: nodes.map(node => ({
      node,
      ...place(at.get(node.id)!),
      ...(node.group ? { group: frameId(node.group) } : {}),
    })),
    frames: groups.map(group => ({ id: frameId(group), label: group, ...place(at.get(frameId(group))!) })),
    ways: new Map(edges.map(({ from, to }, place) => [`${from} ${to}`, cornersOf(result.edges?.[place])])),
    width: result.width ?? 0,
    height: result.height ?? 0,
  }
}

const frameId = (group: string) => `frame:${group}`

function cornersOf(edge: ElkExtendedEdge | undefined) {
  return (edge?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ])
}

function place({ x = 0, y = 0, width = 0, height = 0 }: ElkNode) {
  return { x, y, width, height }
}

/** Room for the label without measuring it: long names are cut, and told in full on hover. */
function widthOf({ label, note = '' }: GraphNode): number {
  return Math.min(300, Math.max(132, Math.max(label.length * 8.4, note.length * 7.2) + 36))
}
