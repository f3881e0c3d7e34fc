import type { Problem } from '@terrane/schema'

/** The gateway cannot start, for reasons that its user can do something about. */
export class GatewayStartError extends Error {
  constructor(readonly problems: Problem[]) {
    super(problems.map(({ message, hint }) => `${message} ${hint}`).join('\n'))
    this.name = 'GatewayStartError'
  }
}
