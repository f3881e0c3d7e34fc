import type { GrantInput } from '@terrane/schema'
import { GraphQLError } from 'graphql'
import { type Context, Hono } from 'hono'
import type { ControlPort } from './control.js'
import type { ObservabilityPort } from './observability.js'
import type { Asking } from './port.js'

const LARGEST_SQL_CHARACTERS = 1_000_000

/**
 * Control and observability over HTTP, below a product's address: `/control/…` and `/observability/…`. The same ports
 * serve the graph; only the clothes differ. `asking` is who asks, already verified.
 */
export function managementRoutes(
  control: ControlPort,
  observability: ObservabilityPort,
  asking: (context: Context) => Asking,
): Hono {
  const routes = new Hono()

  routes.put('/control/pipeline/:model', async context => {
    const type = context.req.header('content-type') ?? ''
    if (!/^(text\/sql|application\/sql|text\/plain)\b/i.test(type))
      return trouble(context, 415, 'Send the model as text/sql.')
    const sql = await context.req.text()
    if (sql.length > LARGEST_SQL_CHARACTERS)
      return trouble(context, 413, `A model has at most ${LARGEST_SQL_CHARACTERS} characters.`)
    const verdict = await control.putModel(
      context.req.param('model'),
      sql,
      context.req.query('dryRun') === 'true',
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
  routes.post('/control/runs', async context => context.json(await control.run(asking(context)), 202))
  routes.get('/control/grants', async context => context.json({ grants: await control.grants(asking(context)) }))
  routes.put('/control/grants', async context => {
    const input = await context.req.json<GrantInput>().catch(() => undefined)
    if (!isGrant(input))
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
  routes.get('/observability/quarantine/:port', async context =>
    context.json({
      rows: await observability.quarantine(context.req.param('port'), limitOf(context, 100), asking(context)),
    }),
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

  // Mounted apps do not share an error handler: refusals of the ports become problem+json here, the rest goes on up.
  routes.onError((error, context) => {
    const code = error instanceof GraphQLError ? error.extensions.code : undefined
    if (code === 'FORBIDDEN') return trouble(context, 403, error.message)
    if (code === 'BAD_USER_INPUT') return trouble(context, 400, error.message)
    throw error
  })
  return routes
}

/** RFC 9457. */
function trouble(context: Context, status: 400 | 403 | 404 | 413 | 415, detail: string): Response {
  return context.body(JSON.stringify({ status, detail }), status, { 'content-type': 'application/problem+json' })
}

const limitOf = (context: Context, otherwise: number) => Number(context.req.query('limit') ?? otherwise)

function isGrant(input: unknown): input is GrantInput {
  const given = input as Partial<GrantInput> | undefined | null
  const texts = (list: unknown) =>
    list === undefined || (Array.isArray(list) && list.every(item => typeof item === 'string'))
  return (
    typeof given?.subject === 'string' &&
    typeof given.dataset === 'string' &&
    Array.isArray(given.actions) &&
    texts(given.actions) &&
    texts(given.properties) &&
    texts(given.classifications)
  )
}
