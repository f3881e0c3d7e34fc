import { type Problem, type ProblemCode, type Product } from '@terrane/schema'
import { type Landing, receive } from './input-layer/index.js'
import { connectorOf } from './input-ports/index.js'
import type { Admitted } from './output-ports/admission.js'
import { notFound, problemResponse } from './output-ports/problem-response.js'
import type { AuditStore } from './stores/stores.js'

export interface PushParts {
  product: Product
  landing: Landing
  audit: Pick<AuditStore, 'record'>
  /** Something new has landed. */
  arrived: (port: string) => void
}

/** By what is wrong; everything else that a body can be is 422. */
const STATUS: Partial<Record<ProblemCode, number>> = {
  INPUT_TOO_LARGE: 413,
  INPUT_FORMAT_UNKNOWN: 415,
  INPUT_ENCODING_UNKNOWN: 415,
}

/** `POST <address>/input/<port>`: lands the body and answers with its receipt. Takes the grant to control the product. */
export function pushInto({ product, landing, audit, arrived }: PushParts) {
  return async (name: string, request: Request, { caller, decision }: Admitted): Promise<Response> => {
    const record = (outcome: 'allowed' | 'denied' | 'failed', detail: string) =>
      audit.record({
        at: new Date().toISOString(),
        subject: caller.subject,
        action: 'push',
        properties: [],
        port: name,
        outcome,
        detail,
      })
    if (!decision.actions.includes('control')) {
      record('denied', 'no grant to control')
      return problemResponse(403, `Sending data to ${product.name} takes a grant to control it.`, {
        code: 'UNAUTHORIZED_FIELD_OR_TYPE',
      })
    }
    const port = product.inputPorts.find(each => each.name === name)
    if (!port) return notFound()
    if (connectorOf(port) !== 'push') {
      return problemResponse(405, `The port ${name} fetches its data itself; nothing is sent to it.`, {}, { allow: '' })
    }
    const url = new URL(request.url)
    const { receipt, problems } = await receive(
      {
        port: name,
        contentType: request.headers.get('content-type'),
        contentEncoding: request.headers.get('content-encoding'),
        format: url.searchParams.get('format'),
        name: url.searchParams.get('name'),
      },
      request.body,
      landing,
    )
    if (!receipt) {
      record('failed', problems.map(each => each.code).join(', '))
      return refused(problems)
    }
    record('allowed', receipt.sha256)
    if (!receipt.duplicate) arrived(name)
    return Response.json(receipt, { status: receipt.duplicate ? 200 : 201 })
  }
}

function refused(problems: Problem[]): Response {
  const first = problems[0]!
  return problemResponse(STATUS[first.code] ?? 422, first.message, { code: first.code, hint: first.hint, problems })
}
