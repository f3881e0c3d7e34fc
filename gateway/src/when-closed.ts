import type { ServerResponse } from 'node:http'

/** Once the client was answered or has gone; at once where he has gone while it was found out who he is. */
export function whenClosed(answer: ServerResponse, act: () => void): void {
  if (answer.destroyed) act()
  else answer.once('close', act)
}
