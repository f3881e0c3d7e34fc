import { GraphQLError } from 'graphql'
import { type Fields, isFields, own, type Path } from './place.js'

interface Loss {
  path: Path
  message: string
  /** A field that nobody gave, rather than a null or a value that does not fit. */
  missing: boolean
  /** The null that it went with, where something beside it may not be null. */
  within?: Path
}

/** Of one answer that are told, and of what is beyond it how many there are: what many items lack has one cause. */
const MOST_LOSSES = 100

/** What an answer lacks, held against what its errors explain: no loss goes without an error, none has two. */
export class Losses {
  /** Where the projection is, as deep as it is; what stands beyond is left over. */
  private readonly path: Path = []
  private depth = 0
  private readonly found: Loss[] = []
  private readonly explained: Path[] = []

  /** Into an object or a list; tells where in the path its keys go. */
  enter(): number {
    return this.depth++
  }

  at(depth: number, key: string | number): void {
    this.path[depth] = key
  }

  leave(depth: number): void {
    this.depth = depth
  }

  add(message: string): void {
    this.found.push({ path: this.path.slice(0, this.depth), message, missing: false })
  }

  addMissing(place: string): void {
    const message = `No subgraph answered for ${place}.`
    this.found.push({ path: this.path.slice(0, this.depth), message, missing: true })
  }

  /** Where the projection is, all is null: what explains that explains what is missing below. */
  nulled(): void {
    const place = this.path.slice(0, this.depth)
    // What lies below was found last: with what was found before, a list would be gone through once for each of its items.
    for (let last = this.found.length - 1; last >= 0; last--) {
      const loss = this.found[last]!
      if (!place.every((step, index) => loss.path[index] === step)) return
      loss.within = place
    }
  }

  /** Where the projection is, there is an error that is not among those of the fetches. */
  explain(): void {
    this.explained.push(this.path.slice(0, this.depth))
  }

  /** The errors that must be added. `unknown`: objects of which a subgraph said that it does not know them. */
  unexplained(fetched: Fields, errors: readonly GraphQLError[], unknown: ReadonlySet<Fields>): GraphQLError[] {
    if (this.found.length === 0) return []
    const explained = new Explained(errors)
    const before = new Explained(errors)
    for (const path of this.explained) for (const one of [explained, before]) one.add(path)
    const added: GraphQLError[] = []
    let leftOut = 0
    for (const { path, message, missing, within } of this.found) {
      if (explained.covers(path) || (missing && within && before.covers(within))) continue
      if (missing && isWithin(fetched, path, unknown)) continue
      explained.add(path)
      if (added.length < MOST_LOSSES)
        added.push(new GraphQLError(message, { path, extensions: { code: 'INCOMPLETE_ANSWER' } }))
      else leftOut++
    }
    if (leftOut > 0) added.push(leftOutError(leftOut))
    return added
  }
}

/** Without a path: it is about what is not told. */
const leftOutError = (count: number) =>
  new GraphQLError(`${count} more errors about what this answer lacks are left out.`, {
    extensions: { code: 'INCOMPLETE_ANSWER_LEFT_OUT', count },
  })

/** The places that have an error at, above or below them. */
class Explained {
  private readonly at = new Set<string>()
  private readonly above = new Set<string>()
  private everything = false

  constructor(errors: readonly GraphQLError[]) {
    for (const { path } of errors) {
      if (path) this.add(path)
      else this.everything = true
    }
  }

  add(path: readonly (string | number)[]): void {
    let key = ''
    for (const step of path) {
      this.above.add(key)
      key += stepKey(step)
    }
    this.at.add(key)
  }

  covers(path: Path): boolean {
    if (this.everything) return true
    let key = ''
    for (const step of path) {
      if (this.at.has(key)) return true
      key += stepKey(step)
    }
    return this.at.has(key) || this.above.has(key)
  }
}

const stepKey = (step: string | number) => `/${step}`

function isWithin(fetched: Fields, path: Path, unknown: ReadonlySet<Fields>): boolean {
  let here: unknown = fetched
  for (const step of path) {
    if (isFields(here)) {
      if (unknown.has(here)) return true
      here = own(here, step)
    } else here = Array.isArray(here) ? here[step as number] : undefined
  }
  return false
}
