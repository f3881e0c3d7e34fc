import type { Command } from 'commander'
import { configurationOf } from '../configuration.js'
import type { Looked } from '../doctor/finding.js'
import { lookAtMachine } from '../doctor/machine.js'
import { lookAtServices } from '../doctor/services.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

const MARKS = { fine: 'done', warned: 'warned', failed: 'failed' } as const

export function doctor(terrane: Command): void {
  terrane
    .command('doctor')
    .option('--json', 'print what was found as JSON')
    .description(
      'Look at this machine and at the services that the environment names. Changes nothing but makes the home.',
    )
    .action(async ({ json = false }: { json?: boolean }) => {
      const terminal = new Terminal(json)
      const configuration = configurationOf()
      const looked = [...(await lookAtMachine(configuration)), ...(await lookAtServices(configuration))]
      for (const one of looked) tell(one, terminal)
      const exit = exitOf(looked)
      terminal.facts({ ok: exit === Exit.Done, exit, looked })
      if (exit !== Exit.Done) throw new CommandFailure(exit, '')
      terminal.line()
      terminal.line('Terrane can run here.')
    })
}

function tell({ what, state, found, hint }: Looked, terminal: Terminal): void {
  terminal.step(MARKS[state], `${what.padEnd(20)} ${found}`)
  if (hint) terminal.line(`  ${hint}`)
}

/** A service that is away counts only where the machine itself is well. */
function exitOf(looked: readonly Looked[]): Exit {
  const failures = looked.filter(({ state }) => state === 'failed')
  if (failures.some(({ unreachable }) => !unreachable)) return Exit.Usage
  return failures.length > 0 ? Exit.Unreachable : Exit.Done
}
