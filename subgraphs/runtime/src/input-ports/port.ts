import type { Readable } from 'node:stream'
import type { InputPort, Problem } from '@terrane/schema'

/**
 * An input port's connector that pulls: one file per connector, chosen by `server.connector` (or `product`), the
 * third-party client loaded only when used. It lists what is there and opens what is wanted; landing decides what is
 * new. Push has no connector: the HTTP route lands what it receives. Sources that send by themselves are subscribed to.
 */
export interface InputConnector {
  /**
   * What can be pulled now, in a stable order. A source that cannot be reached is a problem, not a throw. `known` has
   * the revisions of the last pull by item name, for sources that are asked `If-None-Match`.
   */
  list(known?: ReadonlyMap<string, string>): Promise<{ items: SourceItem[]; problems: Problem[] }>
  /** The bytes of one item as they are at the source. */
  open(item: SourceItem): Promise<Readable>
  close(): Promise<void>
}

export interface SourceItem {
  /** Path or address at the source, for people and for hive partitions (`country=GB/part-0.parquet`). */
  name: string
  format: 'csv' | 'json' | 'ndjson' | 'parquet'
  compression?: 'gzip'
  /** Changes when the content does (ETag, or size and time); undefined means: must be read to know. */
  revision?: string
  /** Where another product is the source. */
  upstream?: { product: string; dataset: string; publication: number }
}

/** Makes the connector of a pulled port. What it may reach is handed in. */
export type ConnectorFactory = (port: InputPort, reach: ConnectorReach) => InputConnector

export interface ConnectorReach {
  /** Relative paths in contracts start here: the product's folder. */
  folder: string
  /** The mesh (gateway, or siblings), already authenticated as `product:<name>`. */
  mesh?: (request: Request) => Promise<Response>
}

/** A connector whose source sends by itself: it listens as long as the product runs. One file per connector, too. */
export interface InputSubscription {
  /** Resolves when the first attempt to reach the source has succeeded or failed. */
  settled: Promise<void>
  /** What is wrong now: a setting that is missing (an error), or a source that cannot be reached (a warning). */
  problems(): Problem[]
  /** Takes nothing more, waits for what is on its way to the disk, and leaves. */
  close(): Promise<void>
}

export interface ReceivedMessage {
  /** Where it was sent to, for people: a topic, a queue. */
  name: string
  body: Buffer
}

/** Resolves once the message is durable, and only then may its source be told so; rejects where it could not be kept. */
export type Deliver = (message: ReceivedMessage) => Promise<void>

export type SubscriptionFactory = (port: InputPort, deliver: Deliver, product: string) => InputSubscription
