import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import type { NewProduct } from '../init/product-files.js'
import { CommandFailure, count, Exit, Terminal } from '../terminal.js'

interface Options {
  from: string
  key?: string
  domain?: string
  dryRun?: boolean
  json?: boolean
}

export function init(terrane: Command): void {
  terrane
    .command('init')
    .argument('<folder>', 'where the product goes; the last part of it becomes the name of the product')
    .requiredOption('--from <csv>', 'a csv file with a header: its columns and types become the contracts')
    .option('--key <column>', 'the primary key; default: the first column whose values are all there and all different')
    .option('--domain <domain>', 'europe/ireland; default: the name')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--json', 'print what was found as JSON')
    .description('Write the folder of a new data product from a csv: contracts and SQL to go on from.')
    .action(async (given: string, options: Options) => {
      const terminal = new Terminal(options.json ?? false)
      const folder = path.resolve(given)
      const name = path.basename(folder)
      checkName(name)
      if (existsSync(folder) && readdirSync(folder).length > 0) {
        throw new CommandFailure(
          Exit.Usage,
          `${given} is not empty. init writes into a new folder and overwrites nothing.`,
        )
      }
      const csv = path.resolve(options.from)
      if (!existsSync(csv)) throw new CommandFailure(Exit.Usage, `There is no file ${options.from}.`)
      const { readHeader } = await import('../init/read-header.js')
      const header = await readHeader(csv, options.key)
      const product: NewProduct = {
        name,
        domain: options.domain ?? name,
        // From the product's folder, as paths in contracts are.
        csv: path.relative(folder, csv).split(path.sep).join('/'),
        ...header,
      }
      const { newProduct } = await import('../init/product-files.js')
      const files = newProduct(product)
      for (const [file, text] of Object.entries(files)) {
        if (options.dryRun) {
          terminal.line(`--- ${file}`)
          terminal.line(text)
        } else {
          mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
          // `wx`: what somebody else wrote in the meantime stays.
          writeFileSync(path.join(folder, file), text, { flag: 'wx' })
        }
      }
      terminal.facts({ product: name, folder, key: header.key, columns: header.columns, files: Object.keys(files), written: !options.dryRun }) // biome-ignore format: one object
      terminal.step(
        'done',
        `${name}: ${options.dryRun ? 'would be written' : 'written'}`,
        count(Object.keys(files).length, 'files'),
      )
      if (!header.key) terminal.step('warned', 'no column tells rows apart: without --key there is no look-up by key')
      if (!options.dryRun) {
        terminal.line(`  Everything but the key takes a grant: classify the columns in ${given}/contracts/.`)
        terminal.line(`  npx terrane check ${given}`)
      }
    })
}

function checkName(name: string): void {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= 63) return
  const message = `${name} cannot be a product's name: lower-case letters, digits and single dashes, like ireland-sales.`
  throw new CommandFailure(Exit.Usage, message)
}
