import { GraphQLError } from 'graphql'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ControlPort } from './control.js'
import { documentResponse } from './document-response.js'
import type { ObservabilityPort } from './observability.js'
import { overlaysInForce } from './overlays.js'
import type { Asking } from './port.js'
import { putQuality, qualityInForce, resetQuality } from './quality-overlays.js'

/** Bytes of a model's SQL, of a grant. */
const LARGEST_SQL_BYTES = 1_000_000
const LARGEST_GRANT_BYTES = 100_000

/**
 * Control and observability over HTTP, below a product's address: `/control/…`, `/observability/…` and the contracts of
 * what comes in. The same ports serve the graph; only the clothes differ. `asking` is who asks, already verified.
 */
export function managementRoutes(
  control: ControlPort,
  observability: ObservabilityPort,
  asking: (context: Context) => Asking,
): Hono {
  const routes = new Hono()
  const atMost = (maxSize: number) =>
    bodyLimit({ maxSize, onError: context => trouble(context, 413, `Send at most ${maxSize} bytes.`) })

  // Whoever may not change anything learns nothing of what a change has to look like.
  routes.use('/control/*', async (context, next) => {
    if (context.req.method !== 'GET') control.mayChange(asking(context), `${context.req.method} ${context.req.path}`)
    await next()
  })

  routes.put('/control/pipeline/:model', atMost(LARGEST_SQL_BYTES), async context => {
    const type = context.req.header('content-type') ?? ''
    if (!/^(text\/sql|application\/sql|text\/plain)\s*(;|$)/i.test(type))
      return trouble(context, 415, 'Send the model as text/sql.')
    const dryRun = flagOf(context.req.query('dryRun'))
    if (dryRun === undefined) return trouble(context, 400, 'dryRun is true or false.')
    const verdict = await control.putModel(
      context.req.param('model'),
      await context.req.text(),
      dryRun,
      asking(context),
    )
    return context.json(verdict, verdict.accepted ? 200 : 422)
  })
  routes.delete('/control/pipeline/:model', async context => {
    const removed = await control.resetModel(context.req.param('model'), asking(context))
    return removed
      ? context.body(null, 204)
      : trouble(context, 404, "This model has no overlay: the folder's SQL is in force.")
  })
  routes.get('/control/overlays', async context =>
    context.json(await overlaysInForce(control.managed, asking(context))),
  )
  routes.get('/control/quality/:dataset', async context => {
    const inForce = await qualityInForce(control.managed, context.req.param('dataset'), asking(context))
    return inForce ? context.json(inForce) : trouble(context, 404, 'There is no such dataset.')
  })
  routes.put('/control/quality/:dataset', atMost(LARGEST_GRANT_BYTES), async context => {
    const dataset = context.req.param('dataset')
    const done = await putQuality(control.managed, dataset, await context.req.text(), asking(context))
    if (!done) return trouble(context, 404, 'There is no such dataset.')
    return context.json({ accepted: done.rules !== undefined, ...done }, done.rules ? 200 : 422)
  })
  routes.delete('/control/quality/:dataset', async context =>
    (await resetQuality(control.managed, context.req.param('dataset'), asking(context)))
      ? context.body(null, 204)
      : trouble(context, 404, "This dataset's rules have no overlay: the contract's are in force."),
  )
  routes.post('/control/runs', async context => context.json(await control.run(asking(context)), 202))
  routes.get('/control/grants', async context => context.json({ grants: await control.grants(asking(context)) }))
  routes.put('/control/grants', atMost(LARGEST_GRANT_BYTES), async context => {
    const input: unknown = await context.req.json().catch(() => undefined)
    if (typeof input !== 'object' || input === null)
      return trouble(
        context,
        400,
        'Send a grant as JSON: {"subject": "user:anna", "actions": ["read"], "dataset": "orders"}.',
      )
    const { grant, problems } = await control.putGrant(input, asking(context))
    return grant ? context.json(grant) : context.json({ accepted: false, problems }, 422)
  })
  routes.delete('/control/grants/:id', async context => {
    const revoked = await control.revokeGrant(context.req.param('id'), asking(context))
    return revoked
      ? context.body(null, 204)
      : trouble(context, 404, 'There is no granted grant of this id. Declared ones change with the contract.')
  })

  routes.get('/observability/runs', async context =>
    context.json({ runs: await observability.runs(limitOf(context, 50), asking(context)) }),
  )
  routes.get('/observability/audit', async context => {
    const { subject, dataset, before } = context.req.query()
    const filter = {
      limit: limitOf(context, 100),
      ...(subject ? { subject } : {}),
      ...(dataset ? { dataset } : {}),
      ...(before ? { before } : {}),
    }
    return context.json({ audit: await observability.audit(filter, asking(context)) })
  })
  routes.get('/observability/quarantine/:port', async context => {
    const rows = await observability.quarantine(context.req.param('port'), limitOf(context, 100), asking(context))
    return rows ? context.json({ rows }) : trouble(context, 404, 'There is no such input port.')
  })
  routes.get('/observability/inputs', async context =>
    context.json({ inputs: await observability.inputs(asking(context)) }),
  )
  routes.get('/observability/metrics', async context => {
    return context.text(await observability.metrics(asking(context)), 200, {
      'content-type': 'text/plain; version=0.0.4',
    })
  })
  routes.get('/observability/events', context =>
    context.body(observability.events(asking(context)), 200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    }),
  )

  routes.get('/input/:port/contract.yaml', context => {
    const document = observability.inputContract(context.req.param('port'), asking(context))
    return document
      ? documentResponse(context.req.raw, document)
      : trouble(context, 404, 'There is no such input port, or another product feeds it by its own contract.')
  })

  // Mounted apps do not share an error handler: refusals of the ports become problem+json here, the rest goes on up.
  routes.onError((error, context) => {
    const { code, requiredGrant } = error instanceof GraphQLError ? error.extensions : {}
    if (code === 'UNAUTHORIZED_FIELD_OR_TYPE') return trouble(context, 403, error.message, { code, requiredGrant })
    if (code === 'BAD_USER_INPUT') return trouble(context, 400, error.message, { code })
    throw error
  })
  return routes
}

/** RFC 9457. */
function trouble(context: Context, status: 400 | 403 | 404 | 413 | 415, detail: string, more: object = {}): Response {
  const headers = { 'content-type': 'application/problem+json' }
  return context.body(JSON.stringify({ status, detail, ...more }), status, headers)
}

function limitOf(context: Context, otherwise: number): number {
  const given = context.req.query('limit') ?? String(otherwise)
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given)
  throw new GraphQLError('`limit` is a whole number from 1.', { extensions: { code: 'BAD_USER_INPUT' } })
}

/** Only a plain `true` or `false` counts: what was meant as a dry run must not become a change. */
function flagOf(given: string | undefined): boolean | undefined {
  return given === undefined || given === 'false' ? false : given === 'true' ? true : undefined
}
