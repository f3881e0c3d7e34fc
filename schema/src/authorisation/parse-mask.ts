import { type Problem, problem } from '../problems/problem.js'
import type { Mask } from './policy.js'

/** A mask as people write it: `{kind: first, length: 1}`, or short `null`, `hash`. */
export function parseMask(property: string, input: unknown): { mask?: Mask; problems: Problem[] } {
  if (input === null || input === 'null') return { mask: { kind: 'null' }, problems: [] }
  if (input === 'hash') return { mask: { kind: 'hash' }, problems: [] }
  const given = (typeof input === 'object' ? input : {}) as Record<string, unknown>
  switch (given.kind) {
    case 'null':
    case 'hash':
      return { mask: { kind: given.kind }, problems: [] }
    case 'fixed':
      if (typeof given.value === 'string') return { mask: { kind: 'fixed', value: given.value }, problems: [] }
      break
    case 'first':
      if (Number.isSafeInteger(given.length) && (given.length as number) >= 0) {
        return { mask: { kind: 'first', length: given.length as number }, problems: [] }
      }
  }
  return { problems: [problem('MASK_MALFORMED', { property })] }
}
