import { BoundedMap } from '../../bounded-map.js'

/** Look-ups before it is judged; from twice as many on the older half fades. */
const TRIAL = 100
/** Of look-ups, what has to be found. */
const LEAST_SHARE = 0.1
/** Of the texts of all kinds; what is beside each counts as some more. */
const MOST_CHARACTERS = 4_000_000
const CHARACTERS_BESIDE = 200
/** Of what is not worth it so many are tried, one each, to see whether that has changed. */
const TRIED = 16

/**
 * Whether a kind of fetch is worth keeping: looking up and writing down what is never asked for again costs more than it
 * brings. By the text of the fetch, of which plans have few.
 */
export class WorthKeeping {
  private readonly kinds = new BoundedMap<string, Kind>(MOST_CHARACTERS)

  of(text: string): Kind {
    const known = this.kinds.get(text)
    if (known) return known
    const kind = new Kind()
    this.kinds.set(text, kind, text.length + CHARACTERS_BESIDE)
    return kind
  }
}

export class Kind {
  /** Whether its answers can be given again at all, as far as is known. */
  repeatable = true
  private lookUps = 0
  private found = 0
  private passed = 0

  /** Asked once per fetch. */
  worthIt(): boolean {
    if (this.lookUps < TRIAL || this.found >= LEAST_SHARE * this.lookUps) return true
    return ++this.passed % TRIED === 0
  }

  lookedUp(found: boolean): void {
    if (this.lookUps >= 2 * TRIAL) {
      this.lookUps /= 2
      this.found /= 2
    }
    this.lookUps++
    if (found) this.found++
  }
}
