import { createInterface } from 'node:readline'
import { type Said, writeHalf } from './second-half.js'

/** The process that writes a table's second half: what to write on the first line of standard input, which stays open while the other process lives. */
const input = createInterface({ input: process.stdin })
input.once('line', line => {
  writeHalf(JSON.parse(line)).then(
    () => end({ ok: true }),
    error => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
      const code = error instanceof Error && 'code' in error ? { code: String(error.code) } : {}
      end({ ok: false, message: String(error), ...code })
    },
  )
})
input.once('close', () => process.kill(process.pid, 'SIGKILL'))

function end(said: Said): void {
  process.stdout.write(JSON.stringify(said), () => process.exit(said.ok ? 0 : 1))
}
