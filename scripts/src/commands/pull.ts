import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { configurationOf, urlOf } from '../configuration.js'
import { productFoldersOf } from '../product-folders.js'
import type { Patched } from '../pull/patches.js'
import type { WrittenBack } from '../pull/written-back.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

interface Options {
  from?: string
  as?: string
  dryRun?: boolean
  json?: boolean
}

export function pull(terrane: Command): void {
  terrane
    .command('pull')
    .argument('<product>', 'the folder that it was deployed from')
    .option('--from <url>', "the mesh, or the product's address there; default TERRANE_MESH_URL, else this machine's")
    .option('--as <persona>', 'a persona of the demo whose right to use; default TERRANE_TOKEN, else admin')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--json', 'print the outcome as JSON')
    .description('Write what was changed through the control port back into the folder: SQL and quality rules.')
    .action(async (given: string, options: Options) => {
      const terminal = new Terminal(options.json ?? false)
      const { home, meshUrl, listenPort, token } = configurationOf()
      const [folder, ...others] = productFoldersOf(given)
      if (others.length > 0) throw new CommandFailure(Exit.Usage, `${given} holds several products: name one of them.`)
      const { readProduct } = await import('@terrane/schema/contracts')
      const { product, problems } = await readProduct(folder!)
      if (!product) throw new CommandFailure(Exit.Finding, `${given} cannot be read.`, problems)
      const from = urlOf(options.from ?? meshUrl ?? `http://localhost:${listenPort}`, '--from')
      const { tokenFor } = await import('../tokens.js')
      const who = async () => (options.as === undefined && token) || tokenFor(home, options.as ?? 'admin')
      const { readOverlays } = await import('../pull/overlays.js')
      const { writtenBack } = await import('../pull/written-back.js')
      const { patchesOf } = await import('../pull/patches.js')
      const overlays = await readOverlays(from, product, who)
      const outcome = await writtenBack(product, overlays)
      const patches = patchesOf(outcome)
      if (!options.dryRun) {
        for (const [file, { after }] of outcome.files) writeFileSync(path.join(folder!, file), after)
      }
      show(outcome, patches, given, options, terminal)
      terminal.facts({
        product: product.name,
        from,
        written: options.dryRun ? [] : [...outcome.files.keys()],
        files: patches,
        already: outcome.already,
        problems: outcome.problems,
      })
      if (outcome.problems.length > 0) throw new CommandFailure(Exit.Finding, '')
    })
}

function show(
  { files, already, problems }: WrittenBack,
  patches: readonly Patched[],
  given: string,
  { dryRun }: Options,
  terminal: Terminal,
): void {
  for (const { file, of, diff } of patches) {
    terminal.line(plain(diff))
    terminal.step('done', `${path.join(given, file)}: ${of.join(', ')} ${dryRun ? 'would be written' : 'written'}`)
  }
  for (const name of already) terminal.step('done', `${plain(name)} is in the folder as it is in force`)
  if (files.size + already.length + problems.length === 0)
    terminal.step('done', 'Nothing was changed over what was deployed')
  if (files.size > 0 && !dryRun)
    terminal.line(
      '  Check and deploy the folder: from then on it counts, and the overlay is gone. Nothing needs a reset.',
    )
  terminal.problems(problems.map(one => ({ ...one, message: plain(one.message) })))
}

/** SQL and names of others' making: none of them may move the cursor or colour the terminal. */
const plain = (text: string) => text.replace(/[^\P{Cc}\n\t]/gu, '·')
