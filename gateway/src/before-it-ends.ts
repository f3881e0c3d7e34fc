/** What ends a process in which nobody listens for it. */
const DEADLY = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Has something done before this process ends: by itself, by `process.exit`, by an error nobody caught, or by a signal. */
export function beforeItEnds(last: () => void): void {
  process.on('exit', last)
  for (const signal of DEADLY) {
    const heard = () => {
      last()
      // Whoever else listens decides when to end. Without anybody the process ends as if nobody had listened.
      if (process.listenerCount(signal) > 1) return
      process.off(signal, heard)
      process.kill(process.pid, signal)
    }
    // Before those who listen only once are no longer counted.
    process.prependListener(signal, heard)
  }
}
