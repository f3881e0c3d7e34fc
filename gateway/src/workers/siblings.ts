import type { Figures } from './common-figures.js'

/** The worker processes behind one port, this one among them. */
export interface Siblings {
  /** Of all of them together, in Prometheus' text format. */
  metrics(): Promise<string>
  /** What this one has counted, for what all of them have together. */
  counting(figures: () => Promise<Figures>): void
  /**
   * Has as many started anew, in place of all there are now; resolves once those serve. `joins`: whoever is being started
   * already is new enough, since each looks by itself for what has changed.
   */
  renew(how: { joins: boolean }): Promise<void>
}
