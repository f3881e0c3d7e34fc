import type { InputPort, Problem, ProblemCode, Product } from '@terrane/schema'
import { type ExamineParquet, type Landing, receive, withdraw } from './input-layer/index.js'
import { connectorOf, isSent } from './input-ports/index.js'
import type { Admitted } from './output-ports/admission.js'
import { notFound, problemResponse } from './output-ports/problem-response.js'
import type { AuditStore } from './stores/stores.js'

export interface PushParts {
  product: Product
  landing: Landing
  examineParquet: ExamineParquet
  audit: Pick<AuditStore, 'record'>
  /** Something new has landed. */
  arrived: (port: string) => void
  /** A file counts no more: its bytes go when no run reads them, and the product runs without it. */
  withdrawn: (port: string, sha256: string) => void
}

type Outcome = 'allowed' | 'denied' | 'failed'

/** By what is wrong; everything else that a body can be is 422. */
const STATUS: Partial<Record<ProblemCode, number>> = {
  INPUT_TOO_LARGE: 413,
  INPUT_FORMAT_UNKNOWN: 415,
  INPUT_ENCODING_UNKNOWN: 415,
}

/** `POST <address>/input/<port>`: lands the body and answers with its receipt. Takes the grant to control the product. */
export function pushInto(parts: PushParts) {
  const { product, landing, arrived } = parts
  return async (name: string, request: Request, admitted: Admitted): Promise<Response> => {
    const record = recorded(parts, 'push', name, admitted)
    const port = pushPort(product, name, admitted, record, each => connectorOf(each) === 'push')
    if (port instanceof Response) return port
    const { contract } = port.source as Extract<InputPort['source'], { kind: 'contract' }>
    const dataset = contract.datasets.find(each => each.name === name) ?? contract.datasets[0]!
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
      { properties: dataset.properties, examineParquet: parts.examineParquet },
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

/** `DELETE <address>/input/<port>/<sha256>`: takes back what was sent, under the same grant. */
export function withdrawFrom(parts: PushParts) {
  const { product, landing, withdrawn } = parts
  return async (name: string, sha256: string, admitted: Admitted): Promise<Response> => {
    const record = recorded(parts, 'withdraw', name, admitted)
    const port = pushPort(product, name, admitted, record, isSent)
    if (port instanceof Response) return port
    const known = /^[0-9a-f]{64}$/.test(sha256) && (await withdraw(landing, name, sha256))
    record(known ? 'allowed' : 'failed', known ? sha256 : `${sha256.slice(0, 64)}: there is none`)
    if (!known) return problemResponse(404, `The port ${name} has no file of this SHA-256.`)
    withdrawn(name, sha256)
    return new Response(null, { status: 204 })
  }
}

function recorded({ audit }: PushParts, action: string, port: string, { caller }: Admitted) {
  return (outcome: Outcome, detail: string) =>
    audit.record({
      at: new Date().toISOString(),
      subject: caller.subject,
      action,
      properties: [],
      port,
      outcome,
      detail,
    })
}

/** The port, where this caller may send to it; else the answer that says why not. */
function pushPort(
  product: Product,
  name: string,
  { decision }: Admitted,
  record: (outcome: Outcome, detail: string) => void,
  isMeant: (port: InputPort) => boolean,
): InputPort | Response {
  if (!decision.actions.includes('control')) {
    record('denied', 'no grant to control')
    return problemResponse(403, `Sending data to ${product.name} takes a grant to control it.`, {
      code: 'UNAUTHORIZED_FIELD_OR_TYPE',
    })
  }
  const port = product.inputPorts.find(each => each.name === name)
  if (!port) return notFound()
  if (isMeant(port)) return port
  return problemResponse(405, `The port ${name} fetches its data itself; nothing is sent to it.`, {}, { allow: '' })
}

function refused(problems: Problem[]): Response {
  const first = problems[0]!
  return problemResponse(STATUS[first.code] ?? 422, first.message, { code: first.code, hint: first.hint, problems })
}
