import type { DataProductInfo } from '../fixed-api/types.js'
import { documentOperation } from './datasets.js'
import {
  type Described,
  FLAG,
  json,
  listOf,
  MOMENT,
  type Operation,
  objectOf,
  type Parameter,
  type PathItem,
  type Paths,
  refusals,
  type Schema,
  shape,
  TEXT,
  WHOLE,
} from './document.js'

/** The two ports for owners: whoever may not use them is told nothing of what a request has to look like. */
export interface Rights {
  control: boolean
  observe: boolean
}

/** Input, control and observability ports below a product's address. */
export function managementPaths(info: DataProductInfo, rights: Rights): Described {
  const { address, name, inputPorts } = info
  const run = (id: string, summary: string, more: Partial<Operation>): Operation => ({
    operationId: `${name}.${id}`,
    tags: [name],
    summary,
    responses: {},
    ...more,
  })
  const below = (paths: Paths): Paths =>
    Object.fromEntries(Object.entries(paths).map(([path, item]) => [address + path, item]))
  const paths: Paths = {
    ...below(everyone(run)),
    ...(rights.observe || rights.control ? below(inputContracts(info)) : {}),
    ...(rights.control ? below({ ...pushes(inputPorts, run), ...control(info, run) }) : {}),
    ...(rights.observe ? below(observability(inputPorts, run)) : {}),
  }
  return { paths, schemas: SHAPES }
}

type Make = (id: string, summary: string, more: Partial<Operation>) => Operation

function everyone(run: Make): Paths {
  return {
    '/observability/runs': {
      get: run('runs', 'Runs, the newest first', {
        description: 'That the product ran is for all; why a run failed for those who may observe.',
        parameters: [limit(50)],
        responses: { '200': ok(objectOf({ runs: listOf(shape('Run')) }, 'runs')), ...refusals(400, 403) },
      }),
    },
    '/observability/events': {
      get: run('events', 'Publications as they happen: server-sent events, each a CloudEvent 1.0', {
        responses: {
          '200': { description: 'Until the reader leaves.', content: { 'text/event-stream': { schema: TEXT } } },
          ...refusals(403),
        },
      }),
    },
  }
}

function pushes(ports: DataProductInfo['inputPorts'], run: Make): Paths {
  const pushed = ports.filter(port => port.kind === 'push')
  // What a broker hands over was sent as well.
  const sent = ports.filter(port => ['push', 'mqtt'].includes(port.kind))
  if (sent.length === 0) return {}
  const named = (name: string, schema: Schema, description: string): Parameter => ({
    name,
    in: 'query',
    description,
    schema,
  })
  const item: PathItem = {
    post: run('push', 'Send data to an input port', {
      description: 'A file, streamed, or JSON messages. The same content twice is taken once.',
      parameters: [
        portOf(pushed),
        named(
          'format',
          { ...TEXT, enum: ['csv', 'json', 'ndjson', 'parquet'] },
          'Where the media type does not say it.',
        ),
        named('name', TEXT, 'Of the file, where it matters.'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { type: ['object', 'array'] } },
          'application/x-ndjson': { schema: TEXT },
          'text/csv': { schema: TEXT },
          'application/vnd.apache.parquet': {},
        },
      },
      responses: {
        '200': ok(shape('Receipt'), 'This content had arrived before.'),
        '201': ok(shape('Receipt'), 'It is kept durably; a run follows.'),
        ...refusals(403, 404, 405, 413, 415, 422),
      },
    }),
  }
  const withdraw = run('withdraw', 'Take back what was sent', {
    description: 'By the hash of its receipt; a run follows.',
    parameters: [portOf(sent), { ...inPath('sha256'), schema: { ...TEXT, pattern: '^[0-9a-f]{64}$' } }],
    responses: { '204': { description: 'Done.' }, ...refusals(403, 404, 405) },
  })
  return { ...(pushed.length > 0 ? { '/input/{port}': item } : {}), '/input/{port}/{sha256}': { delete: withdraw } }
}

/** Where another product feeds a port, the contract is that product's own. */
function inputContracts({ name, inputPorts }: DataProductInfo): Paths {
  const own = inputPorts.filter(({ kind }) => kind !== 'product')
  if (own.length === 0) return {}
  const read = documentOperation(name, `${name}.inputContract`, 'The contract of an input port (ODCS)', 403)
  return { '/input/{port}/contract.yaml': { get: { ...read, parameters: [portOf(own)] } } }
}

function control({ models, datasets }: DataProductInfo, run: Make): Paths {
  const model: Parameter = { ...inPath('model'), schema: { ...TEXT, enum: models.map(({ name }) => name) } }
  const dryRun: Parameter = {
    name: 'dryRun',
    in: 'query',
    description: 'Judge and try it, and change nothing.',
    schema: { ...FLAG, default: false },
  }
  return {
    '/control/runs': {
      post: run('run', 'Begin a run', {
        responses: { '202': ok(shape('Run'), 'It is under way.'), ...refusals(403) },
      }),
    },
    '/control/pipeline/{model}': {
      put: run('putModel', "Put other SQL in a model's place", {
        description: 'Judged with all others and tried on the inputs of now; accepted, a run begins.',
        parameters: [model, dryRun],
        requestBody: { required: true, content: { 'text/sql': { schema: TEXT } } },
        responses: {
          '200': ok(shape('SqlVerdict'), 'Accepted.'),
          ...refusals(400, 403, 413, 415),
          '422': ok(shape('SqlVerdict'), 'Not accepted; nothing has changed.'),
        },
      }),
      delete: run('resetModel', "Return to the folder's SQL", {
        parameters: [model],
        responses: { '204': { description: 'Done; a run begins.' }, ...refusals(403, 404) },
      }),
    },
    '/control/overlays': {
      get: run('overlays', 'What was put over what was deployed, with what was deployed', {
        responses: { '200': ok(shape('Overlays')), ...refusals(403) },
      }),
    },
    '/control/quality/{dataset}': quality(datasets, run),
    '/control/grants': {
      get: run('grants', 'Who may do what', {
        responses: { '200': ok(objectOf({ grants: listOf(shape('Grant')) }, 'grants')), ...refusals(403) },
      }),
      put: run('putGrant', 'Give a grant, in force at once', {
        requestBody: { required: true, content: json(shape('GrantInput')) },
        responses: {
          '200': ok(shape('Grant')),
          ...refusals(400, 403, 413),
          '422': ok(shape('Refused'), 'Not accepted; nothing has changed.'),
        },
      }),
    },
    '/control/grants/{id}': {
      delete: run('revokeGrant', 'Take a grant back', {
        parameters: [inPath('id')],
        responses: { '204': { description: 'Done.' }, ...refusals(403, 404) },
      }),
    },
  }
}

function quality(datasets: DataProductInfo['datasets'], run: Make): PathItem {
  const parameters = [{ ...inPath('dataset'), schema: { ...TEXT, enum: datasets.map(({ name }) => name) } }]
  const rules = { schema: { type: ['object', 'array'] } }
  return {
    get: run('quality', 'The rules on a dataset that the next run judges by', {
      parameters,
      responses: { '200': ok(shape('QualityRules')), ...refusals(403, 404) },
    }),
    put: run('putQuality', "Put rules over the contract's", {
      description: 'As ODCS writes `quality`, in JSON or YAML.',
      parameters,
      requestBody: { required: true, content: { 'application/json': rules, 'application/yaml': rules } },
      responses: {
        '200': ok(shape('QualityVerdict'), 'In force from the next run on.'),
        ...refusals(403, 404, 413),
        '422': ok(shape('QualityVerdict'), 'Not accepted; nothing has changed.'),
      },
    }),
    delete: run('resetQuality', "Return to the contract's rules", {
      parameters,
      responses: { '204': { description: 'Done.' }, ...refusals(403, 404) },
    }),
  }
}

function observability(ports: DataProductInfo['inputPorts'], run: Make): Paths {
  const query = (name: string, description: string, schema: Schema = TEXT): Parameter => ({
    name,
    in: 'query',
    description,
    schema,
  })
  return {
    '/observability/audit': {
      get: run('audit', 'Who read which properties of what, and who changed what; the newest first', {
        parameters: [
          limit(100),
          query('subject', 'Only of this one: `user:anna`.'),
          query('dataset', 'Only of this one.'),
          query('before', 'Only what happened before.', MOMENT),
        ],
        responses: { '200': ok(objectOf({ audit: listOf(shape('AuditEntry')) }, 'audit')), ...refusals(400, 403) },
      }),
    },
    '/observability/inputs': {
      get: run('inputs', 'The input ports: when data last arrived, and what of it was set aside', {
        responses: { '200': ok(objectOf({ inputs: listOf(shape('Input')) }, 'inputs')), ...refusals(403) },
      }),
    },
    '/observability/quarantine/{port}': {
      get: run('quarantine', 'Rows that did not fit their input contract', {
        parameters: [portOf(ports), limit(100)],
        responses: {
          '200': ok(objectOf({ rows: listOf(shape('QuarantinedRow')) }, 'rows')),
          ...refusals(400, 403, 404),
        },
      }),
    },
    '/observability/metrics': {
      get: run('metrics', "The product's metrics", {
        responses: {
          '200': { description: "Prometheus' text format.", content: { 'text/plain': { schema: TEXT } } },
          ...refusals(403),
        },
      }),
    },
  }
}

const ok = (schema: Schema, description = 'The answer.') => ({ description, content: json(schema) })
const inPath = (name: string): Parameter => ({ name, in: 'path', required: true, schema: TEXT })
const portOf = (ports: DataProductInfo['inputPorts']): Parameter => ({
  ...inPath('port'),
  schema: { ...TEXT, ...(ports.length > 0 ? { enum: ports.map(({ name }) => name) } : {}) },
})
const limit = (otherwise: number): Parameter => ({
  name: 'limit',
  in: 'query',
  schema: { ...WHOLE, minimum: 1, default: otherwise },
})

const PROBLEMS = listOf(objectOf({ code: TEXT, message: TEXT, hint: TEXT, file: TEXT, line: WHOLE, column: WHOLE }))
const GRANT_TERMS = {
  effect: { ...TEXT, enum: ['allow', 'deny'] },
  subject: { ...TEXT, examples: ['user:anna', 'role:analyst', 'product:europe-sales'] },
  actions: listOf({ ...TEXT, enum: ['discover', 'read', 'control', 'observe'] }),
  dataset: { ...TEXT, description: '`*` for all.' },
  properties: listOf(TEXT),
  classifications: listOf(TEXT),
  rowFilter: { type: 'object', examples: [{ country_code: { eq: 'GB' } }] },
  masks: { type: 'object', examples: [{ customer_name: { kind: 'first', length: 1 } }] },
  from: MOMENT,
  until: MOMENT,
  reason: TEXT,
}
const SHAPES: Record<string, Schema> = {
  Run: objectOf(
    {
      id: TEXT,
      state: { ...TEXT, enum: ['RUNNING', 'PUBLISHED', 'UNCHANGED', 'FAILED'] },
      trigger: TEXT,
      startedAt: MOMENT,
      finishedAt: MOMENT,
      seconds: { type: 'number' },
      publication: WHOLE,
      problems: PROBLEMS,
      quarantined: WHOLE,
    },
    'id',
    'state',
    'startedAt',
  ),
  Receipt: objectOf(
    { port: TEXT, sha256: TEXT, bytes: WHOLE, duplicate: FLAG, receivedAt: MOMENT, run: TEXT },
    'sha256',
  ),
  SqlVerdict: objectOf(
    { accepted: FLAG, dryRun: FLAG, problems: PROBLEMS, rowCount: WHOLE, rows: listOf({ type: 'object' }) },
    'accepted',
  ),
  Grant: objectOf({ id: TEXT, ...GRANT_TERMS, origin: TEXT, by: TEXT, at: MOMENT }, 'id', 'subject', 'actions'),
  GrantInput: objectOf(GRANT_TERMS, 'subject', 'actions', 'dataset'),
  Refused: objectOf({ accepted: FLAG, problems: PROBLEMS }, 'problems'),
  AuditEntry: objectOf({
    at: MOMENT,
    subject: TEXT,
    action: TEXT,
    dataset: TEXT,
    properties: listOf(TEXT),
    rows: WHOLE,
    publication: WHOLE,
    port: TEXT,
    outcome: { ...TEXT, enum: ['allowed', 'denied', 'failed'] },
    detail: TEXT,
  }),
  QualityRules: objectOf(
    { dataset: TEXT, rules: listOf({ type: 'object' }), overlay: FLAG, changedBy: TEXT, changedAt: MOMENT },
    'rules',
  ),
  Overlays: objectOf({ models: listOf({ type: 'object' }), quality: listOf({ type: 'object' }) }, 'models', 'quality'),
  QualityVerdict: objectOf({ accepted: FLAG, rules: listOf({ type: 'object' }), problems: PROBLEMS }, 'accepted'),
  Input: objectOf(
    {
      port: TEXT,
      connector: TEXT,
      description: TEXT,
      contractId: TEXT,
      place: TEXT,
      schedule: TEXT,
      lastArrivalAt: MOMENT,
      files: WHOLE,
      arrived: listOf(TEXT),
      rows: WHOLE,
      quarantined: WHOLE,
      lastProblem: objectOf({ code: TEXT, message: TEXT, hint: TEXT, at: MOMENT }),
    },
    'port',
  ),
  QuarantinedRow: objectOf({
    port: TEXT,
    sha256: TEXT,
    file: TEXT,
    line: WHOLE,
    property: TEXT,
    reason: TEXT,
    text: TEXT,
  }),
}
