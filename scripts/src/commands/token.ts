import type { Command } from 'commander'
import { configurationOf } from '../configuration.js'
import { Terminal } from '../terminal.js'
import { tokenFor } from '../tokens.js'

export function token(terrane: Command): void {
  terrane
    .command('token')
    .requiredOption('--as <persona>', 'visitor, analyst, uk-manager, steward or admin')
    .option('--json', 'print the token as JSON')
    .description("Print a token of the demo's identity provider, and nothing else. Works offline.")
    .action(async (options: { as: string; json?: boolean }) => {
      const jwt = await tokenFor(configurationOf().home, options.as)
      if (options.json) new Terminal(true).facts({ as: options.as, token: jwt })
      else process.stdout.write(`${jwt}\n`)
    })
}
