import { GatewayStartError } from '@terrane/gateway/start-error'
import { ConfigurationError } from './configuration.js'
import { CommandFailure, Exit, Terminal } from './terminal.js'

/** Says why a command cannot go on, to people, and with `--json` also to programs; gives the exit code. */
export function endWith(error: unknown, json = false): Exit {
  const exit = tell(error)
  const { message, problems = [] } = error as { message?: string; problems?: unknown[] }
  // Without either the command has said all itself.
  if ((message || problems.length > 0) && !Terminal.answered)
    new Terminal(json).facts({ ok: false, exit, ...(message ? { message } : {}), problems })
  return exit
}

/** In one clear line. Only what nobody foresaw has a stack. */
function tell(error: unknown): Exit {
  const terminal = new Terminal(false, process.stderr)
  if (error instanceof CommandFailure) {
    if (error.message) terminal.step('failed', error.message)
    terminal.problems(error.problems)
    return error.exit
  }
  if (error instanceof GatewayStartError) {
    terminal.problems(error.problems)
    return error.problems.some(({ code }) => code.endsWith('_UNREACHABLE')) ? Exit.Unreachable : Exit.Usage
  }
  if (error instanceof ConfigurationError) {
    terminal.step('failed', error.message)
    return Exit.Usage
  }
  const known = systemFailure(error)
  if (known) {
    terminal.step('failed', known.message)
    return known.exit
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return Exit.Finding
}

/** What the operating system refuses, in words that say what to do. */
export function systemFailure(error: unknown): CommandFailure | undefined {
  const { code, path, port } = error as NodeJS.ErrnoException & { port?: number }
  switch (code) {
    case 'EADDRINUSE':
      return new CommandFailure(
        Exit.Usage,
        `Port ${port} is taken. Set PORT to a free one, or stop what listens there.`,
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return port === undefined
        ? new CommandFailure(
            Exit.Usage,
            `${path ?? 'The data folder'} cannot be written. Set TERRANE_HOME to a folder that can.`,
          )
        : new CommandFailure(Exit.Usage, `Port ${port} may not be used by this user. Set PORT to one above 1023.`)
    case 'ENOSPC':
      return new CommandFailure(Exit.Usage, `The disk that holds ${path ?? 'the data folder'} is full.`)
    case 'ECONNREFUSED':
      return new CommandFailure(Exit.Unreachable, `Nothing answers at port ${port}.`)
    default:
      return undefined
  }
}
