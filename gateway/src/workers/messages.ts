import type { Problem } from '@terrane/schema'
import type { GatewayOptions } from '../gateway.js'
import type { Figures } from './common-figures.js'

/** Between the primary process and its workers. `terrane` sets them apart from those of others on the same channel. */
export type ToWorker =
  | { terrane: 'start'; options: WorkerOptions }
  /** Finish what is under way, accept nothing more, end. Told again, the shorter time counts. */
  | { terrane: 'drain'; graceMilliseconds: number }
  /** To be answered at once. */
  | { terrane: 'beat' }
  /** Nothing more will be handed over: end now. */
  | { terrane: 'end' }
  | { terrane: 'metrics'; id: number; text: string }
  /** To be answered with what was counted here. */
  | { terrane: 'count' }
  /** Those that were asked for serve; `reason` where they do not. */
  | { terrane: 'renewed'; id: number; reason?: string }

export type ToPrimary =
  /** The process is there and takes its options. */
  | { terrane: 'waiting' }
  | { terrane: 'serving'; url: string; metricsUrl?: string }
  | { terrane: 'failed'; problems: Problem[]; reason: string }
  | { terrane: 'metrics'; id: number }
  | { terrane: 'counted'; figures: Figures }
  | { terrane: 'alive' }
  /** What all of them serve has changed. `joins`: whoever is being started already is new enough. */
  | { terrane: 'renew'; id: number; joins: boolean }
  /** All that was under way is answered. */
  | { terrane: 'drained' }

/** What passes between processes. */
export type WorkerOptions = Omit<GatewayOptions, 'products' | 'log'>
