import type { Command } from 'commander'
import { configurationOf, urlOf } from '../configuration.js'
import { authenticated } from '../product-access.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'
import { tokenFor } from '../tokens.js'

interface Answer {
  name?: string
  title?: string
  problems?: { code: string; message: string; hint?: string }[]
}

interface Options {
  gateway?: string
  replace?: boolean
  as: string
  json?: boolean
}

export function publish(terrane: Command): void {
  terrane
    .command('publish')
    .argument('<url>', 'where the product answers, http://127.0.0.1:4001')
    .option('--gateway <url>', 'the gateway; default TERRANE_MESH_URL, else http://localhost:$PORT')
    .option('--replace', 'put it in the place of a product of the same name')
    .option('--as <persona>', 'whose right to use', 'admin')
    .option('--json', 'print the outcome as JSON')
    .description(
      'Register a running product with a running gateway: composed and swapped in, or refused with the reason.',
    )
    .action(async (url: string, options: Options) => {
      const terminal = new Terminal(options.json ?? false)
      const { home, meshUrl, listenPort } = configurationOf()
      const gateway = urlOf(options.gateway ?? meshUrl ?? `http://localhost:${listenPort}`, '--gateway')
      const send = authenticated(
        request => fetch(request),
        () => tokenFor(home, options.as),
      )
      const answer = await send(
        new Request(`${gateway}/registry/products`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ url: urlOf(url, 'The product'), replace: options.replace ?? false }),
        }),
      ).catch(() => {
        throw new CommandFailure(Exit.Unreachable, `No gateway answers at ${gateway}. Start it with npm start.`)
      })
      const { name, title, problems = [] } = (await answer.json().catch(() => ({}))) as Answer
      terminal.facts({ ok: answer.ok, name, problems })
      if (answer.ok) return terminal.step('done', `${name ?? url} is in the mesh`)
      for (const { code, message, hint } of problems) {
        terminal.step('failed', `${message} ${code}`)
        if (hint) terminal.line(`  ${hint}`)
      }
      const unreachable = problems.some(({ code }) => code === 'PRODUCT_UNREACHABLE')
      throw new CommandFailure(
        unreachable ? Exit.Unreachable : Exit.Finding,
        problems.length > 0 ? '' : `The gateway refuses: ${title ?? `HTTP ${answer.status}`}`,
      )
    })
}
