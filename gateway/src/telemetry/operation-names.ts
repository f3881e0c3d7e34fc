/**
 * Names of operations as a label. They are written by callers, so that there is an end to them: the first so many that
 * were answered have a series of their own, all later ones share `other`, and a question without a name is `anonymous`.
 */
export class OperationNames {
  private readonly known = new Set<string>()

  constructor(private readonly most = 100) {}

  /** `answered`: only then may a name be new, so that refused questions take no place. */
  labelOf(name: string | null | undefined, answered: boolean): string {
    if (!name) return 'anonymous'
    if (this.known.has(name)) return name
    if (!answered || this.known.size >= this.most || name.length > LONGEST) return 'other'
    this.known.add(name)
    return name
  }
}

const LONGEST = 64
