import { performance } from 'node:perf_hooks'

/** Milliseconds, of a clock that does not jump. The global `performance` is a getter's, asked at every use. */
export const monotonicNow = (): number => performance.now()
