import type { Caller } from '@terrane/schema'
import type { GatewayLimits } from '../gateway.js'
import type { Flow } from './flow.js'

/** The event streams that are open now, each with its place among so many. */
export class OpenStreams {
  private readonly open = new Map<Flow, string>()

  constructor(private readonly limits: Pick<GatewayLimits, 'streams' | 'streamsPerCaller'>) {}

  get size(): number {
    return this.open.size
  }

  /** Takes a place until the flow ends; or says whose places are taken. */
  enter(caller: Caller, flow: Flow): 'all' | 'caller' | undefined {
    if (this.open.size >= this.limits.streams) return 'all'
    const key = caller.authenticated ? `caller ${caller.subject}` : 'visitors'
    const most = caller.authenticated ? this.limits.streamsPerCaller : Math.ceil(this.limits.streams / 2)
    let taken = 0
    for (const of of this.open.values()) if (of === key) taken += 1
    if (taken >= most) return caller.authenticated ? 'caller' : 'all'
    this.open.set(flow, key)
    void flow.over.then(() => this.open.delete(flow))
    return undefined
  }

  /** Ends all of them. Their clients find out by the connection, and come back elsewhere. */
  close(): void {
    for (const flow of this.open.keys()) flow.end()
  }
}
