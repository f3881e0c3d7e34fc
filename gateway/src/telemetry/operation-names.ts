/** The one metric with a label that callers write. */
export const OPERATION_SECONDS = 'terrane_gateway_operation_seconds'

/**
 * Names of operations as a label. They are written by callers, so that there is an end to them: the first so many that
 * were answered have a series of their own, all later ones share `other`, and a question without a name is `anonymous`.
 */
export class OperationNames {
  private readonly known = new Set<string>()

  constructor(private readonly most = 100) {}

  /** `answered`: only then may a name be new, so that refused questions take no place. */
  labelOf(name: string | null | undefined, answered: boolean): string {
    if (!name) return ANONYMOUS
    if (this.known.has(name)) return name
    if (!answered || this.known.size >= this.most || name.length > LONGEST) return OTHER
    this.known.add(name)
    return name
  }
}

/** What a process has made a label of already, once more bounded beside those of others. */
export function boundedOperation(names: OperationNames, label: string): string {
  return label === ANONYMOUS || label === OTHER ? label : names.labelOf(label, true)
}

const ANONYMOUS = 'anonymous'
const OTHER = 'other'
const LONGEST = 64
