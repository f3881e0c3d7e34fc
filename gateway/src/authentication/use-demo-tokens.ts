import type { Part } from '../plugins/part.js'
import { problemJson } from '../problem-json.js'
import { issueToken } from './issue-token.js'
import { DESCRIPTIONS, isPersona, PERSONAS } from './personas.js'

/** `POST /demo/token {"as": "steward"}` for the persona switcher. Only the demo has it: it gives anyone anything. */
export function useDemoTokens(home: string): Part {
  return {
    http(app) {
      app.get('/demo/personas', async () => ({
        personas: PERSONAS.map(name => ({ name, description: DESCRIPTIONS[name] })),
      }))
      app.post('/demo/token', async (request, reply) => {
        const as = (request.body as { as?: unknown } | null)?.as
        if (typeof as !== 'string' || !isPersona(as))
          return problemJson(reply, 400, `Nobody is called that; the personas are ${PERSONAS.join(', ')}.`)
        return { token: await issueToken({ home, as }) }
      })
    },
  }
}
