import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readProduct } from '@terrane/schema'
import type { Command } from 'commander'
import { createTwoFilesPatch } from 'diff'
import { configurationOf, urlOf } from '../configuration.js'
import { productFoldersOf } from '../product-folders.js'
import { readOverlays } from '../pull/overlays.js'
import { type WrittenBack, writtenBack } from '../pull/written-back.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'
import { tokenFor } from '../tokens.js'

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
      const { product, problems } = await readProduct(folder!)
      if (!product) throw new CommandFailure(Exit.Finding, `${given} cannot be read.`, problems)
      const from = urlOf(options.from ?? meshUrl ?? `http://localhost:${listenPort}`, '--from')
      const who = async () => (options.as === undefined && token) || tokenFor(home, options.as ?? 'admin')
      const overlays = await readOverlays(from, product, who)
      const outcome = await writtenBack(product, overlays)
      if (!options.dryRun) {
        for (const [file, { after }] of outcome.files) writeFileSync(path.join(folder!, file), after)
      }
      show(outcome, given, options, terminal)
      terminal.facts({
        product: product.name,
        from,
        written: options.dryRun ? [] : [...outcome.files.keys()],
        files: [...outcome.files].map(([file, { of, before, after }]) => ({
          file,
          of,
          diff: diff(file, before, after),
        })),
        already: outcome.already,
        problems: outcome.problems,
      })
      if (outcome.problems.length > 0) throw new CommandFailure(Exit.Finding, '')
    })
}

function show({ files, already, problems }: WrittenBack, given: string, { dryRun }: Options, terminal: Terminal): void {
  for (const [file, { before, after, of }] of files) {
    terminal.line(plain(diff(file, before, after)))
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

const diff = (file: string, before: string, after: string) =>
  createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, 'in the folder', 'in force')
    .replace(/^=+\n/, '')
    .trimEnd()

/** SQL and names of others' making: none of them may move the cursor or colour the terminal. */
const plain = (text: string) => text.replace(/[^\P{Cc}\n\t]/gu, '·')
