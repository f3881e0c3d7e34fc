import type { Command } from 'commander'
import { configurationOf } from '../configuration.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

interface Options {
  as?: string
  secretOf?: string
  json?: boolean
}

export function token(terrane: Command): void {
  terrane
    .command('token')
    .option('--as <persona>', 'visitor, analyst, uk-manager, steward or admin')
    .option('--secret-of <product>', 'instead: the TERRANE_CLIENT_SECRET of a product that runs under another home')
    .option('--json', 'print the token as JSON')
    .description("Print a token of the demo's identity provider, and nothing else. Works offline.")
    .action(async ({ as, secretOf: product, json = false }: Options) => {
      if ((as === undefined) === (product === undefined)) {
        throw new CommandFailure(Exit.Usage, 'Say whose token: --as <persona>, or --secret-of <product>.')
      }
      const { secretOf, tokenFor } = await import('../tokens.js')
      const { home } = configurationOf()
      const made =
        as === undefined
          ? { of: `product:${product}`, secret: await secretOf(home, product!) }
          : { as, token: await tokenFor(home, as) }
      if (json) new Terminal(true).facts(made)
      else process.stdout.write(`${'token' in made ? made.token : made.secret}\n`)
    })
}
