/** The one metric with a label that callers write. */
export const OPERATION_SECONDS = 'terrane_gateway_operation_seconds'

/**
 * Names of operations as a label. They are written by callers, so that there is an end to them: the first so many that
 * were answered to callers with a token have a series of their own, and as many of visitors. All later ones share `other`,
 * and a question without a name is `anonymous`. What visitors make up takes no place from anybody else.
 */
export class OperationNames {
  private readonly ofCallers = new Set<string>()
  private readonly ofVisitors = new Set<string>()

  /** `most`: of either. */
  constructor(private readonly most = 100) {}

  /** `answered`: only then may a name be new, so that refused questions take no place. */
  labelOf(name: string | null | undefined, answered: boolean, visitor: boolean): string {
    if (!name) return ANONYMOUS
    if (this.ofCallers.has(name) || (visitor && this.ofVisitors.has(name))) return name
    const names = visitor ? this.ofVisitors : this.ofCallers
    if (answered && names.size < this.most && name.length <= LONGEST) {
      names.add(name)
      // A place among the visitors' for the next.
      if (!visitor) this.ofVisitors.delete(name)
      return name
    }
    return this.ofVisitors.has(name) ? name : OTHER
  }

  /** A label as one process tells it to another that bounds those of several. */
  toldOf(label: string): string {
    return this.ofVisitors.has(label) ? OF_VISITORS + label : label
  }
}

/** What a process has told as a label, once more bounded beside those of others. */
export function boundedOperation(names: OperationNames, told: string): string {
  if (told === ANONYMOUS || told === OTHER) return told
  const visitor = told.startsWith(OF_VISITORS)
  return names.labelOf(visitor ? told.slice(OF_VISITORS.length) : told, true, visitor)
}

const ANONYMOUS = 'anonymous'
const OTHER = 'other'
const LONGEST = 64

/** No name begins like that. */
const OF_VISITORS = '~'
