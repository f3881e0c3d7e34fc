import { setFlagsFromString } from 'node:v8'

/**
 * A process is told by `--max-semi-space-size` how much of its memory is collected often, and V8 gives as much to each of
 * its threads, whatever limit they are started with: 130 MB to one that plans. The thread that serves has its own by now;
 * those that are started later take the limits they are given.
 */
setFlagsFromString('--max-semi-space-size=0')

/** Of a thread that makes what stays: however much room it has to die in, it does not. */
export const YOUNG_MEGABYTES = 24
