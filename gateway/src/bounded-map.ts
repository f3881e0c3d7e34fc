interface Entry<Value> {
  readonly value: Value
  used: boolean
}

/**
 * A map that forgets what has not been asked for, for long, once it is full. Asking only marks an entry; whoever is the
 * oldest and marked gets a second chance when room is needed (the clock algorithm), so that a map may be asked at every
 * request and more.
 */
export class BoundedMap<Key, Value> {
  private readonly entries = new Map<Key, Entry<Value>>()

  constructor(private readonly capacity: number) {
    if (!(capacity > 0)) throw new TypeError(`BoundedMap needs a positive capacity, not ${capacity}`)
  }

  get(key: Key): Value | undefined {
    const entry = this.entries.get(key)
    if (!entry) return undefined
    entry.used = true
    return entry.value
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key)
    if (this.entries.size >= this.capacity) this.forgetOne()
    this.entries.set(key, { value, used: false })
  }

  delete(key: Key): void {
    this.entries.delete(key)
  }

  get size(): number {
    return this.entries.size
  }

  private forgetOne(): void {
    // What gets its second chance is met again at the end, unmarked.
    for (const [key, entry] of this.entries) {
      this.entries.delete(key)
      if (!entry.used) return
      entry.used = false
      this.entries.set(key, entry)
    }
  }
}
