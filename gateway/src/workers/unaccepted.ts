import type { ChildProcess } from 'node:child_process'

/** Of node's own messages between a cluster's primary and its workers (`lib/internal/cluster`). */
interface OfCluster {
  cmd?: string
  act?: string
  seq?: number
  ack?: number
}

/**
 * A connection that is handed to a worker stays open in this process until the worker has accepted it. Where the worker
 * ends before, node waits on: the client is never answered, and the worker counts as one that listens. Nothing of such a
 * connection was read, so that another may have it. `others`: whether one listens then; else it is closed. Can go once node
 * does so itself.
 */
export function handOnUnaccepted(worker: ChildProcess, others: () => boolean): void {
  const unaccepted = new Set<number>()
  let disconnected = false
  const send = worker.send as (...given: unknown[]) => boolean
  worker.send = (...given: unknown[]) => {
    const { cmd, act, seq } = (given[0] ?? {}) as OfCluster
    if (cmd === 'NODE_CLUSTER' && act === 'newconn') unaccepted.add(seq!)
    return send.apply(worker, given)
  }
  worker.on('internalMessage', ({ cmd, ack }: OfCluster) => {
    if (cmd === 'NODE_CLUSTER') unaccepted.delete(ack!)
  })
  worker.once('disconnect', () => {
    disconnected = true
  })
  // All that it has said is read by then.
  worker.once('close', () => {
    // Not told while a connection is on its way to it.
    if (!disconnected) worker.emit('disconnect')
    const accepted = !others()
    for (const ack of unaccepted) worker.emit('internalMessage', { cmd: 'NODE_CLUSTER', ack, accepted })
  })
}
