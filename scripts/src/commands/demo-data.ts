import { createReadStream, existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { Command } from 'commander'
import { configurationOf, listenPortOf } from '../configuration.js'
import type { DemoSources } from '../demo/sources.js'
import type { TillBroker } from '../demo/till-broker.js'
import { stopRequested, untilStopped } from '../stopping.js'
import { CommandFailure, count, Exit, secondsSince, Terminal } from '../terminal.js'

const TILLS = '/data/europe/france/france-sales/1/input/orders'
const PATIENCE_MILLISECONDS = 120_000

interface Options {
  orders: string
  tills?: string
}

export function demoData(terrane: Command): void {
  terrane
    .command('demo-data')
    .option('--orders <n>', 'orders a country', '100000')
    .option('--tills <port>', "go on as the MQTT broker that India's tills send to")
    .description(
      "Write the demo's source files below TERRANE_HOME; what its tills push goes to the demo at TERRANE_MESH_URL.",
    )
    .action(async ({ orders, tills }: Options) => {
      const terminal = new Terminal()
      if (!/^[1-9]\d{0,7}$/.test(orders)) throw new CommandFailure(Exit.Usage, `--orders is a number, not "${orders}".`)
      const { home, meshUrl, host = '127.0.0.1', trickleSeconds } = configurationOf()
      const stopping = stopRequested()
      const since = Date.now()
      const { generateSources } = await import('../demo/sources.js')
      const { openTillBroker } = await import('../demo/till-broker.js')
      const sources = await generateSources(home, { orders: Number(orders) })
      terminal.step('done', `source files in ${sources.folder}`, secondsSince(since))
      const broker =
        tills === undefined ? undefined : await openTillBroker({ listenPort: listenPortOf(tills, '--tills'), host })
      const sending = broker && sendOnce(broker, sources).then(() => broker.trickle(sources, trickleSeconds || 300))
      // Told to stop before anybody listened: nothing was lost, the next start sends it.
      sending?.catch(() => undefined)
      if (meshUrl !== undefined) {
        for (const file of sources.france.files) await push(meshUrl, file)
        terminal.step('done', 'france-sales: files pushed', count(sources.france.lines, 'lines'), secondsSince(since))
      }
      if (broker === undefined) return
      terminal.line(`The tills are ready at port ${broker.listenPort}`)
      await untilStopped(() => broker.close(), stopping)
    })
}

/** What was sent before is not sent again. */
async function sendOnce(broker: TillBroker, sources: DemoSources): Promise<void> {
  const done = path.join(sources.folder, 'sent-by-the-tills')
  if (existsSync(done)) return
  await broker.sendGenerated(sources)
  writeFileSync(done, `${sources.today}\n`)
}

/** Again until the product is in the mesh; what arrived before counts once. */
async function push(meshUrl: string, file: string): Promise<void> {
  const until = Date.now() + PATIENCE_MILLISECONDS
  for (;;) {
    const outcome = await send(meshUrl, file).catch((error: Error) => error.message)
    if (outcome === undefined) return
    if (Date.now() > until)
      throw new CommandFailure(Exit.Unreachable, `${path.basename(file)} cannot be pushed: ${outcome}.`)
    await setTimeout(1000)
  }
}

/** As the demo's admin, whom the demo's gateway gives to anybody. Undefined once it is there. */
async function send(meshUrl: string, file: string): Promise<string | undefined> {
  const given = await fetch(`${meshUrl}/demo/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'admin' }),
  })
  if (!given.ok) return `${meshUrl} is no demo (HTTP ${given.status})`
  const { token } = (await given.json()) as { token: string }
  const answer = await fetch(`${meshUrl}${TILLS}?name=${encodeURIComponent(path.basename(file))}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${token}` },
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
    duplex: 'half',
  } as RequestInit)
  return answer.ok ? undefined : `HTTP ${answer.status}`
}
