import { writeSync } from 'node:fs'
import type { Sink } from './lines-together.js'

/** The descriptor itself: node's stream over a pipe that is full queues without end, and forgets the queue at its exit. */
export function standardError(): Sink {
  const { fd } = process.stderr
  return {
    take(bytes) {
      try {
        return writeSync(fd, bytes)
      } catch (error) {
        // Whoever read it has gone, and the process goes on without him.
        return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : bytes.length
      }
    },
  }
}
