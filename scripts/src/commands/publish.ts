import type { Fingerprint } from '@terrane/schema'
import type { Command } from 'commander'
import { configurationOf, urlOf } from '../configuration.js'
import { failing, findingsOf } from '../formats/finding.js'
import { authenticated } from '../product-access.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'
import { PUBLISHED } from './check.js'

interface Answer {
  name?: string
  title?: string
  problems?: { code: string; message: string; hint?: string }[]
}

interface Options {
  check?: string
  published: string
  gateway?: string
  replace?: boolean
  as?: string
  json?: boolean
}

export function publish(terrane: Command): void {
  terrane
    .command('publish')
    .argument('<url>', 'where the product answers, http://127.0.0.1:4001')
    .option('--gateway <url>', 'the gateway; default TERRANE_MESH_URL, else http://localhost:$PORT')
    .option('--replace', 'put it in the place of a product of the same name')
    .option('--as <persona>', 'a persona of the demo whose right to use; default TERRANE_TOKEN, else admin')
    .option('--check <folder>', 'check this folder first; the gateway takes just what was checked, or nothing')
    .option('--published <folder>', 'with --check: what is published, to compare with', PUBLISHED)
    .option('--json', 'print the outcome as JSON')
    .description(
      'Register a running product with a running gateway: composed and swapped in, or refused with the reason.',
    )
    .action(async (url: string, options: Options) => {
      const terminal = new Terminal(options.json ?? false)
      const { home, meshUrl, listenPort, token } = configurationOf()
      const gateway = urlOf(options.gateway ?? meshUrl ?? `http://localhost:${listenPort}`, '--gateway')
      const checked = options.check === undefined ? undefined : await checkedIn(options.check, options, terminal)
      const { tokenFor } = await import('../tokens.js')
      const send = authenticated(
        request => fetch(request),
        async () => (options.as === undefined && token) || tokenFor(home, options.as ?? 'admin'),
      )
      const answer = await send(
        new Request(`${gateway}/registry/products`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ url: urlOf(url, 'The product'), replace: options.replace ?? false, checked }),
        }),
      ).catch(() => {
        throw new CommandFailure(
          Exit.Unreachable,
          `No gateway answers at ${gateway}.\n  Start it with npm start, or say where it is: --gateway <url>, TERRANE_MESH_URL, or PORT on this machine.`,
        )
      })
      const { name, title, problems = [] } = (await answer.json().catch(() => ({}))) as Answer
      terminal.facts({ ok: answer.ok && problems.length === 0, name, problems })
      if (answer.ok && problems.length === 0) return terminal.step('done', `${name ?? url} is in the mesh`)
      for (const { code, message, hint } of problems) {
        terminal.step('failed', `${message} ${code}`)
        if (hint) terminal.line(`  ${hint}`)
      }
      throw new CommandFailure(
        exitOf(answer.status, problems),
        problems.length > 0 ? '' : refusal(answer.status, title),
      )
    })
}

/** What passed the check, to be held by the gateway against what the product serves. */
async function checkedIn(folder: string, { published }: Options, terminal: Terminal): Promise<Fingerprint> {
  const { text } = await import('../formats/text.js')
  const { runChecks } = await import('../checks/run-checks.js')
  const report = await runChecks({ given: [folder], published })
  const fails = failing('breaking')
  terminal.line(text(report, fails).trimEnd())
  const [one, ...others] = report.products
  if (!one || others.length > 0) {
    throw new CommandFailure(Exit.Usage, `${folder} holds ${report.products.length} products: name the folder of one.`)
  }
  if (findingsOf(report).some(fails) || !one.product) {
    terminal.facts({ ok: false, name: one.name, problems: findingsOf(report).filter(fails) })
    throw new CommandFailure(Exit.Finding, '')
  }
  const { servedFingerprint } = await import('@terrane/schema/compatibility')
  return servedFingerprint(one.product)
}

/** Who may not publish has to set TERRANE_TOKEN to another token; what does not compose has to change the product. */
function exitOf(status: number, problems: { code: string }[]): Exit {
  const away = ['PRODUCT_UNREACHABLE', 'PUBLICATION_NOT_IN_FORCE']
  if (problems.some(({ code }) => away.includes(code))) return Exit.Unreachable
  return status === 401 || status === 403 ? Exit.Usage : Exit.Finding
}

function refusal(status: number, title = `HTTP ${status}`): string {
  const said = `The gateway refuses: ${title}`
  return status === 401 || status === 403
    ? `${said}\n  Set TERRANE_TOKEN to a token of somebody with the role admin.`
    : said
}
