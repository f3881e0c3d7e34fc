import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Command, CommanderError } from 'commander'
import { check } from './commands/check.js'
import { compose } from './commands/compose.js'
import { crawl } from './commands/crawl.js'
import { demoData } from './commands/demo-data.js'
import { dev } from './commands/dev.js'
import { doctor } from './commands/doctor.js'
import { gateway } from './commands/gateway.js'
import { init } from './commands/init.js'
import { plan } from './commands/plan.js'
import { publish } from './commands/publish.js'
import { pull } from './commands/pull.js'
import { run } from './commands/run.js'
import { secrets } from './commands/secrets.js'
import { serve } from './commands/serve.js'
import { token } from './commands/token.js'
import { WORKSPACE } from './configuration.js'
import { endWith } from './ending.js'
import { startTelemetry } from './telemetry/start-telemetry.js'

/**
 * The command line. Each command is one file, registered here: what it takes, and an action that loads what it needs
 * itself, so that no command waits for the parts of another.
 */
export function commandLine(): Command {
  const terrane = new Command('terrane')
    .description('Folders of contracts and SQL become data products behind one gateway.')
    .version(version(), '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError('(terrane --help tells what there is)')
  const commands = [
    init,
    dev,
    serve,
    gateway,
    run,
    check,
    publish,
    pull,
    compose,
    plan,
    crawl,
    token,
    secrets,
    demoData,
    doctor,
  ]
  for (const command of commands) command(terrane)
  return terrane
}

const version = () => JSON.parse(readFileSync(path.join(WORKSPACE, 'package.json'), 'utf8')).version as string

export async function terrane(argv: string[]): Promise<void> {
  try {
    const endTelemetry = await startTelemetry()
    await commandLine().parseAsync(argv)
    await endTelemetry()
    process.exit(0)
  } catch (error) {
    // Commander has printed what it has to say: help ends with 0, wrong usage with 2.
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2)
    process.exit(endWith(error, argv.includes('--json')))
  }
}
