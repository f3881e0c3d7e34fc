/**
 * Waits for Ctrl-C or a termination, then closes in order. A Ctrl-C after that ends the process at once; a second
 * termination does not, for whoever supervises a process and its group tells it twice. Nothing is printed but a line end
 * after the terminal's `^C`.
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
      asked = true
      resolve()
    }
    process.on('SIGINT', () => {
      if (asked) process.exit(130)
      stop()
    })
    process.on('SIGTERM', stop)
  })
}
