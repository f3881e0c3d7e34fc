import { getHeapStatistics, setFlagsFromString } from 'node:v8'

/** How much garbage may lie beside what lives before V8 collects both. */
const ROOM_BYTES = 128 * 1024 * 1024
/** Percent of what lives. Below, V8 would collect all the time; above, it would not do so more seldom by itself. */
const LEAST = 25
const MOST = 300

/**
 * To be called where hardly anything but what stays is held. By itself V8 lets garbage grow to several times of what lives
 * where it may take gigabytes, which at hundreds of products is many of them, and to less than half where it may take
 * little (`--max-old-space-size`): there a busy gateway of few products spends a quarter of its time on collecting.
 */
export function boundGarbage(): void {
  setFlagsFromString(`--heap-growing-percent=${percentFor(getHeapStatistics().used_heap_size)}`)
}

export function percentFor(livingBytes: number): number {
  return Math.round(Math.min(MOST, Math.max(LEAST, (100 * ROOM_BYTES) / livingBytes)))
}
