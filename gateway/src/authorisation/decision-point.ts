import type { Caller, ProductDecision, ProductPolicy } from '@terrane/schema'

/**
 * Decides what a caller may do: asked once per operation, for all products at once. One backend per file. What a backend
 * cannot find out is denied.
 */
export interface DecisionPoint {
  /**
   * One decision for every product known; what can not be decided now has nothing to read in it. At once where nothing has
   * to be asked for.
   */
  decide(caller: Caller): Decided | Promise<Decided>
}

export interface Decided {
  /** By product. */
  decisions: ReadonlyMap<string, ProductDecision>
  /** What the decisions rest on, for the names that a caller may know. */
  policies: ReadonlyMap<string, ProductPolicy>
  /** Products that could not be asked for their grants now: nothing of them may be read, whoever asks. */
  unreachable: ReadonlySet<string>
  /** Equal for callers with the same decisions: key of what may be shared between them. */
  fingerprint: string
}
