interface Entry<Value> {
  readonly value: Value
  weight: number
  used: boolean
}

/**
 * A map that forgets what has not been asked for, for long, once it is full. Asking only marks an entry; whoever is the
 * oldest and marked gets a second chance when room is needed (the clock algorithm), so that a map may be asked at every
 * request and more. The capacity is one of entries, or of whatever weight they are set with.
 */
export class BoundedMap<Key, Value> {
  private readonly entries = new Map<Key, Entry<Value>>()
  private held = 0

  /** `forgotten`: told of every value that goes, whoever wanted it to. */
  constructor(
    private readonly capacity: number,
    private readonly forgotten?: (value: Value, weight: number) => void,
  ) {
    if (!(capacity > 0)) throw new TypeError(`BoundedMap needs a positive capacity, not ${capacity}`)
  }

  get(key: Key): Value | undefined {
    const entry = this.entries.get(key)
    if (!entry) return undefined
    entry.used = true
    return entry.value
  }

  has(key: Key): boolean {
    return this.entries.has(key)
  }

  set(key: Key, value: Value, weight = 1): void {
    this.delete(key)
    if (weight > this.capacity) return
    while (this.held + weight > this.capacity) this.forgetOne()
    this.entries.set(key, { value, weight, used: false })
    this.held += weight
  }

  /** What is held under the key has become so much heavier. */
  grow(key: Key, by: number): void {
    const entry = this.entries.get(key)
    if (!entry) return
    entry.weight += by
    this.held += by
    while (this.held > this.capacity) this.forgetOne()
  }

  delete(key: Key): void {
    const entry = this.entries.get(key)
    if (entry) this.drop(key, entry)
  }

  get size(): number {
    return this.entries.size
  }

  get weight(): number {
    return this.held
  }

  private forgetOne(): void {
    // What gets its second chance is met again at the end, unmarked.
    for (const [key, entry] of this.entries) {
      if (!entry.used) {
        this.drop(key, entry)
        return
      }
      this.entries.delete(key)
      entry.used = false
      this.entries.set(key, entry)
    }
  }

  private drop(key: Key, { value, weight }: Entry<Value>): void {
    this.entries.delete(key)
    this.held -= weight
    this.forgotten?.(value, weight)
  }
}
