import type { Position } from '../contracts/model.js'

/** What a change means to those who already use the product. */
export type Level = 'safe' | 'dangerous' | 'breaking'
/** `security`: more may be seen than before; `clients`: who could read something no longer can. */
export type Concern = 'security' | 'clients'

/** One difference between what is published and what is about to be. */
export interface Change extends Partial<Position> {
  /** `PROPERTY_REMOVED`; one of the codes of the rules. */
  code: string
  level: Level
  concern?: Concern
  /** What it is about: `orders.amount`, `analyst`, a coordinate of the graph. */
  subject: string
  message: string
}

const RANK: Record<Level, number> = { safe: 0, dangerous: 1, breaking: 2 }

/** Is a change of this level one that `threshold` does not let pass? */
export function reaches(level: Level, threshold: Level): boolean {
  return RANK[level] >= RANK[threshold]
}
