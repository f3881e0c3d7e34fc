import type { Command } from 'commander'
import { configurationOf } from '../configuration.js'
import { runAndTell } from '../runs.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

export function run(terrane: Command): void {
  terrane
    .command('run')
    .argument('<product>', 'its folder')
    .option('--json', 'print the outcome as JSON')
    .description('Pull the inputs, run the pipeline and publish; what feeds the product runs first.')
    .action(async (folder: string, { json = false }: { json?: boolean }) => {
      const terminal = new Terminal(json)
      const { openStandalone } = await import('../standalone.js')
      const standalone = await openStandalone(folder, configurationOf())
      try {
        for (const above of standalone.upstream) {
          const { state, problems } = await runAndTell(above, 'command line', terminal, { examples: 3 })
          if (state === 'FAILED') {
            terminal.facts({ product: above.product.name, state, problems })
            throw new CommandFailure(Exit.Finding, '')
          }
        }
        const { state, publication, problems, result } = await runAndTell(
          standalone.product,
          'command line',
          terminal,
          { examples: 3 },
        )
        const { name } = standalone.product.product
        terminal.facts({ product: name, state, publication, problems, ...(result ? { result } : {}) })
        if (state === 'FAILED') throw new CommandFailure(Exit.Finding, '')
      } finally {
        await standalone.close()
      }
    })
}
