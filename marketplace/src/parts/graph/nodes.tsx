import { BaseEdge, type EdgeProps, Handle, type NodeProps, Position } from '@xyflow/react'
import { Link } from 'react-router'
import type { GraphNode } from './graph'
import styles from './graph-view.module.css'
import type { Direction } from './layout'

export interface BoxData extends Record<string, unknown> {
  node: GraphNode
  direction: Direction
  reads: string[]
  feeds: string[]
}

/** A product or a table on a map: a stratum's colour at its edge, and a way to it. */
export function Box({ data }: NodeProps) {
  const { node, direction, reads, feeds } = data as BoxData
  const said = [
    // As it can be seen, for those who speak to the page.
    `${node.label} ${node.note ?? ''}`.trim(),
    reads.length > 0 && `reads ${reads.join(', ')}`,
    feeds.length > 0 && `feeds ${feeds.join(', ')}`,
  ].filter(Boolean)
  const inner = (
    <>
      <span className={styles.label}>{node.label}</span> {node.note && <span className={styles.note}>{node.note}</span>}
    </>
  )
  const common = {
    'data-node': node.id,
    'data-tone': node.tone,
    'data-here': node.here || undefined,
    className: styles.box,
    title: node.label,
    'aria-label': said.join('; '),
  }
  return (
    <>
      <Handle type="target" position={direction === 'UP' ? Position.Bottom : Position.Left} className={styles.handle} />
      {node.href ? (
        <Link to={node.href} {...common}>
          {inner}
        </Link>
      ) : (
        <button type="button" {...common}>
          {inner}
        </button>
      )}
      <Handle type="source" position={direction === 'UP' ? Position.Top : Position.Right} className={styles.handle} />
    </>
  )
}

/** The frame around a continent's products. */
export function Group({ data }: NodeProps) {
  return <div className={styles.group}>{(data as { label: string }).label}</div>
}

const ROUND = 8

/** The way that the layout found around other boxes, with round corners. */
export function Way({ data, sourceX, sourceY, targetX, targetY, style, markerEnd }: EdgeProps) {
  const { corners } = data as { corners: { x: number; y: number }[] }
  const points =
    corners.length > 1
      ? corners
      : [
          { x: sourceX, y: sourceY },
          { x: targetX, y: targetY },
        ]
  return <BaseEdge path={pathThrough(points)} {...(style ? { style } : {})} {...(markerEnd ? { markerEnd } : {})} />
}

function pathThrough(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points
  return rest.reduce((path, point, place) => {
    const before = points[place]!
    const after = rest[place + 1]
    if (!after) return `${path} L ${point.x} ${point.y}`
    const into = towards(point, before)
    const out = towards(point, after)
    return `${path} L ${into.x} ${into.y} Q ${point.x} ${point.y} ${out.x} ${out.y}`
  }, `M ${first!.x} ${first!.y}`)
}

/** A little way from a corner towards its neighbour. */
function towards(corner: { x: number; y: number }, other: { x: number; y: number }) {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y) || 1
  const share = Math.min(ROUND, length / 2) / length
  return { x: corner.x + (other.x - corner.x) * share, y: corner.y + (other.y - corner.y) * share }
}
