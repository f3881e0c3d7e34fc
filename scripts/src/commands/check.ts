import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Command, Option } from 'commander'
import type { CheckReport } from '../checks/run-checks.js'
import { type Fails, failing, findingsOf } from '../formats/finding.js'
import { FORMAT_NAMES, type FormatName } from '../formats/names.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

/** Where this repository keeps what it has published. */
export const PUBLISHED = 'schema/published'

interface Options {
  published: string
  against?: string
  with: string[]
  classifications?: string[]
  failOn: 'breaking' | 'dangerous'
  format: FormatName
  output?: string
  record?: boolean
  json?: boolean
}

export function check(terrane: Command): void {
  terrane
    .command('check')
    .argument('[folder...]', 'product folders, or folders that hold some', ['subgraphs'])
    .option('--published <folder>', 'what is published, to compare with', PUBLISHED)
    .option('--against <ref>', 'compare with the folders as they are in git at this ref instead')
    .option('--with <folder...>', 'more products that feed these, looked at but not checked', [])
    .addOption(
      new Option('--classifications <words>', 'from the least strict to the strictest, separated by commas')
        .env('TERRANE_CLASSIFICATIONS')
        .argParser(words),
    )
    .addOption(
      new Option('--fail-on <level>', 'changes that fail').choices(['breaking', 'dangerous']).default('breaking'),
    )
    .addOption(new Option('--format <format>', 'of the report').choices(FORMAT_NAMES).default('text'))
    .option('-o, --output <file>', 'write the report there, and text to the terminal')
    .option('--record', 'write what was checked to the folder of published versions, if nothing fails')
    .option('--json', 'the same as --format json')
    .description('Hold products against their contracts, one another, and what is published. Offline; changes nothing.')
    .action(async (given: string[], options: Options) => {
      if (options.record && options.against !== undefined) {
        throw new CommandFailure(Exit.Usage, '--record compares with what is published: leave --against out.')
      }
      const { runChecks } = await import('../checks/run-checks.js')
      const report = await runChecks({
        given,
        neighbours: options.with,
        published: options.published,
        ...(options.against === undefined ? {} : { against: options.against }),
        ...(options.classifications ? { classifications: options.classifications } : {}),
      })
      const fails = failing(options.failOn)
      await print(report, fails, options)
      if (findingsOf(report).some(fails)) throw new CommandFailure(Exit.Finding, '')
      if (options.record) await record(report, options)
    })
}

function words(text: string): string[] {
  const order = text.split(',').map(word => word.trim())
  if (order.includes('') || new Set(order).size < order.length) {
    throw new CommandFailure(Exit.Usage, `--classifications is "${text}": give each word once, separated by commas.`)
  }
  return order
}

async function print(report: CheckReport, fails: Fails, options: Options): Promise<void> {
  const { FORMATS } = await import('../formats/format.js')
  const text = FORMATS[options.json ? 'json' : options.format](report, fails)
  if (options.output === undefined) {
    process.stdout.write(text)
    return
  }
  try {
    writeFileSync(options.output, text)
  } catch (error) {
    throw new CommandFailure(
      Exit.Usage,
      `${options.output} cannot be written: ${(error as Error).message.split(',')[0]}.`,
    )
  }
  process.stdout.write(FORMATS.text(report, fails))
}

async function record({ products }: CheckReport, { published, format, json }: Options): Promise<void> {
  const { recordVersion } = await import('@terrane/schema/compatibility')
  const terminal = new Terminal(json || format !== 'text')
  for (const { product, sdl } of products) {
    if (!product || sdl === undefined) continue
    const folder = await recordVersion(published, { product, sdl })
    const what = `${product.name} ${product.version}`
    if (folder === undefined) terminal.step('done', `${what} is recorded as it is`)
    else terminal.step('done', `${what} recorded in ${path.relative(process.cwd(), folder)}`)
  }
}
