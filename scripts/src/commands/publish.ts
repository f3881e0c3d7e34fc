import type { Command } from 'commander'
import { configurationOf, urlOf } from '../configuration.js'
import { authenticated } from '../product-access.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'
import { tokenFor } from '../tokens.js'

interface Answer {
  product?: string
  problems?: { code: string; message: string; hint?: string }[]
}

export function publish(terrane: Command): void {
  terrane
    .command('publish')
    .argument('<url>', 'where the product answers, http://127.0.0.1:4001')
    .option('--gateway <url>', 'the gateway; default TERRANE_MESH_URL, else http://localhost:$PORT')
    .option('--as <persona>', 'whose right to use', 'admin')
    .option('--json', 'print the outcome as JSON')
    .description(
      'Register a running product with a running gateway: composed and swapped in, or refused with the reason.',
    )
    .action(async (url: string, options: { gateway?: string; as: string; json?: boolean }) => {
      const terminal = new Terminal(options.json ?? false)
      const { home, meshUrl, listenPort } = configurationOf()
      const gateway = urlOf(options.gateway ?? meshUrl ?? `http://localhost:${listenPort}`, '--gateway')
      const send = authenticated(
        request => fetch(request),
        () => tokenFor(home, options.as),
      )
      const answer = await send(
        new Request(`${gateway}/mesh/products`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ url: urlOf(url, 'The product') }),
        }),
      ).catch(() => {
        throw new CommandFailure(Exit.Unreachable, `No gateway answers at ${gateway}. Start it with npm start.`)
      })
      const { product, problems = [] } = (await answer.json().catch(() => ({}))) as Answer
      terminal.facts({ ok: answer.ok, product, problems })
      if (answer.ok) return terminal.step('done', `${product ?? url} is in the mesh`)
      for (const { code, message, hint } of problems) {
        terminal.step('failed', `${message} ${code}`)
        if (hint) terminal.line(`  ${hint}`)
      }
      const exit = answer.status === 502 || answer.status === 504 ? Exit.Unreachable : Exit.Finding
      throw new CommandFailure(
        exit,
        problems.length > 0 ? '' : `The gateway refuses the product (HTTP ${answer.status}).`,
      )
    })
}
