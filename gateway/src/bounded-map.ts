/** A map that forgets what was not asked for the longest once it is full. */
export class BoundedMap<Key, Value> {
  private readonly entries = new Map<Key, Value>()

  constructor(private readonly capacity: number) {
    if (!(capacity > 0)) throw new TypeError(`BoundedMap needs a positive capacity, not ${capacity}`)
  }

  get(key: Key): Value | undefined {
    const value = this.entries.get(key)
    if (value === undefined) return undefined
    this.entries.delete(key)
    this.entries.set(key, value)
    return value
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key)
    if (this.entries.size >= this.capacity) this.entries.delete(this.entries.keys().next().value as Key)
    this.entries.set(key, value)
  }

  delete(key: Key): void {
    this.entries.delete(key)
  }

  get size(): number {
    return this.entries.size
  }
}
