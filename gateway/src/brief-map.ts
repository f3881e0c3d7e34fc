/** How many are taken in before a new table is begun. */
const GENERATION = 1000

/**
 * A map of what is held for a moment only, such as questions under way. A `Map` that takes and drops all the time moves from
 * table to table, and in V8 each table that is left points to the next. Once one of them has survived two collections of
 * young memory, everything that was held when a later one was left outlives it too, until all memory is collected: that was
 * nearly all of every request. Here no table leads on for longer than a generation.
 */
export class BriefMap<Key, Value> {
  private current = new Map<Key, Value>()
  private before = new Map<Key, Value>()
  private taken = 0

  get(key: Key): Value | undefined {
    return this.current.get(key) ?? this.before.get(key)
  }

  set(key: Key, value: Value): void {
    this.before.delete(key)
    this.current.set(key, value)
    if (++this.taken < GENERATION) return
    const staying = this.before
    this.before = this.current
    this.current = new Map(staying)
    this.taken = 0
  }

  delete(key: Key): void {
    if (!this.current.delete(key)) this.before.delete(key)
  }
}
