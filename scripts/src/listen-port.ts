import { createServer } from 'node:net'

/** Says at once that the port is taken, rather than after the work. */
export function claimListenPort(listenPort: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(listenPort, host, () => probe.close(() => resolve()))
  })
}
