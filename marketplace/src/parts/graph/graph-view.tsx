import '@xyflow/react/dist/style.css'
import { useQuery } from '@tanstack/react-query'
import {
  Background,
  BackgroundVariant,
  Controls,
  type Edge,
  MarkerType,
  type Node,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react'
import { useMemo, useState } from 'react'
import { Asked } from '../states'
import type { Graph } from './graph'
import { neighbours } from './graph'
import styles from './graph-view.module.css'
import { type Direction, type Layout, layOut } from './layout'
import { Box, type BoxData, Group, Way } from './nodes'

interface Props {
  graph: Graph
  direction: Direction
  /** Told to those who cannot see it. */
  label: string
}

const KINDS = { box: Box, group: Group }
const WAYS = { way: Way }
const LARGEST_HEIGHT = 720
const MARGIN = 64

/** A map that can be walked with the arrow keys; scrolling the page over it scrolls the page. */
export function GraphView({ graph, direction, label }: Props) {
  const query = useQuery({
    queryKey: ['layout', direction, graph],
    queryFn: () => layOut(graph, direction),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Asked what="the map" query={query}>
      {layout => (
        <ReactFlowProvider>
          <Drawn {...{ graph, direction, label, layout }} />
        </ReactFlowProvider>
      )}
    </Asked>
  )
}

function Drawn({ graph, direction, label, layout }: Props & { layout: Layout }) {
  const [active, setActive] = useState<string>()
  const { setCenter, getZoom } = useReactFlow()
  const nodes = useMemo(() => nodesOf(layout, graph, direction), [layout, graph, direction])
  const edges = useMemo(() => edgesOf(graph, layout, active), [graph, layout, active])
  return (
    <section
      aria-label={label}
      className={styles.frame}
      style={{
        // As high as what it shows at this width.
        aspectRatio: `${layout.width + MARGIN} / ${layout.height + MARGIN}`,
        maxHeight: Math.min(LARGEST_HEIGHT, layout.height + MARGIN),
      }}
      onFocus={event => {
        const id = (event.target as HTMLElement).dataset.node
        setActive(id)
        const placed = layout.placed.find(({ node }) => node.id === id)
        if (!placed || !(event.target as HTMLElement).matches(':focus-visible')) return
        const frame = layout.frames.find(({ id }) => id === placed.group)
        setCenter(placed.x + placed.width / 2 + (frame?.x ?? 0), placed.y + placed.height / 2 + (frame?.y ?? 0), {
          zoom: getZoom(),
          duration: 200,
        })
      }}
      onBlur={() => setActive(undefined)}
      onKeyDown={event => {
        const id = (event.target as HTMLElement).dataset.node
        const to = id && follow(graph, layout, id, event.key, direction)
        if (!to) return
        event.preventDefault()
        event.currentTarget.querySelector<HTMLElement>(`[data-node="${CSS.escape(to)}"]`)?.focus()
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={KINDS}
        edgeTypes={WAYS}
        fitView
        fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
        minZoom={0.2}
        maxZoom={1.6}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        onNodeMouseEnter={(_, { id }) => setActive(id)}
        onNodeMouseLeave={() => setActive(undefined)}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line)" />
        <Controls showInteractive={false} orientation="horizontal" />
      </ReactFlow>
    </section>
  )
}

function nodesOf({ placed, frames }: Layout, graph: Graph, direction: Direction): Node[] {
  const labels = new Map(graph.nodes.map(({ id, label }) => [id, label]))
  const named = (ids: string[]) => ids.map(id => labels.get(id) ?? id)
  return [
    ...frames.map(({ id, label, x, y, width, height }) => ({
      id,
      type: 'group',
      position: { x, y },
      width,
      height,
      data: { label },
      draggable: false,
    })),
    ...placed.map(({ node, x, y, width, height, group }) => {
      const { upstream, downstream } = neighbours(graph, node.id)
      return {
        id: node.id,
        type: 'box',
        position: { x, y },
        width,
        height,
        ...(group ? { parentId: group } : {}),
        data: { node, direction, reads: named(upstream), feeds: named(downstream) } satisfies BoxData,
      }
    }),
  ]
}

function edgesOf({ edges }: Graph, { ways }: Layout, active: string | undefined): Edge[] {
  return edges.map(({ from, to }) => {
    const near = active !== undefined && (from === active || to === active)
    const colour = near ? 'var(--accent)' : 'var(--locked)'
    return {
      id: `${from} ${to}`,
      source: from,
      target: to,
      type: 'way',
      data: { corners: ways.get(`${from} ${to}`) ?? [] },
      // Above frames, below boxes.
      zIndex: near ? 2 : 1,
      style: { stroke: colour, strokeWidth: near ? 2 : 1.2, opacity: active && !near ? 0.35 : 1 },
      markerEnd: { type: MarkerType.ArrowClosed, color: colour, width: 16, height: 16 },
    }
  })
}

/** Where an arrow key leads: with the stream, against it, or to the next in the same layer. */
function follow(graph: Graph, { placed, frames }: Layout, id: string, key: string, direction: Direction) {
  const { upstream, downstream } = neighbours(graph, id)
  const [down, up, before, after] =
    direction === 'UP'
      ? ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']
      : ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown']
  if (key === down) return downstream[0]
  if (key === up) return upstream[0]
  if (key !== before && key !== after) return undefined
  const across = direction === 'UP' ? 'x' : 'y'
  const along = direction === 'UP' ? 'y' : 'x'
  const spots = placed.map(({ node, group, x, y }) => {
    const frame = frames.find(frame => frame.id === group)
    return { id: node.id, x: x + (frame?.x ?? 0), y: y + (frame?.y ?? 0) }
  })
  const here = spots.find(spot => spot.id === id)!
  const beside = spots
    .filter(spot => Math.abs(spot[along] - here[along]) < 40)
    .toSorted((one, other) => one[across] - other[across])
  return beside[beside.findIndex(spot => spot.id === id) + (key === after ? 1 : -1)]?.id
}
