/**
 * Waits for Ctrl-C or a termination, then closes in order. A second Ctrl-C ends the process at once. Nothing is printed
 * but a line end after the terminal's `^C`.
 */
export async function untilStopped(close: () => Promise<void>, stopping = stopRequested()): Promise<void> {
  await stopping
  if (process.stdout.isTTY) process.stdout.write('\n')
  await close()
}

export function stopRequested(): Promise<void> {
  return new Promise(resolve => {
    let asked = false
    const stop = () => {
      if (asked) process.exit(130)
      asked = true
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}
