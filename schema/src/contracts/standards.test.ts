import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv2019 from 'ajv/dist/2019'
import addFormats from 'ajv-formats'
import { parse, stringify } from 'yaml'
import { Source } from './source.js'
import { validateDocument, validateSource } from './validate.js'

/**
 * Our verdicts beside those of the official JSON Schemas, over the official examples and mutated copies of them. The
 * schemas are not part of the project: TERRANE_STANDARDS names the folder that has them.
 */
const folder = process.env.TERRANE_STANDARDS
const schemas = folder === undefined ? undefined : join(folder, 'schemas')
const available = schemas !== undefined && existsSync(schemas)
const ifAvailable = available ? it : it.skip

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Path = (string | number)[]
interface Mutation {
  what: string
  path: Path
  document: Json
}

/** Where we knowingly say something else than the schema, and why. Anything not listed fails the test. */
const ACCEPTED: { reason: string; ours: 'valid' | 'invalid'; fits(mutation: Mutation, codes: string[]): boolean }[] = [
  {
    reason: 'The schemas leave `description` of a contract open; unknown properties are errors here.',
    ours: 'invalid',
    fits: ({ path }, codes) => path[0] === 'description' && codes.every(code => code === 'PROPERTY_UNKNOWN'),
  },
  {
    reason:
      'The text of ODCS 3.1 says that the lists of a composite key match in length; its schema does not check it.',
    ours: 'invalid',
    fits: ({ path }, codes) => path.includes('relationships') && codes.every(code => code === 'RELATIONSHIP_ENDS'),
  },
  {
    reason:
      'A document that says it is 3.0 follows 3.0, which has no relationships; the schema of 3.1 takes it all the same.',
    ours: 'invalid',
    fits: ({ document, what }, codes) =>
      apiVersionOf(document).startsWith('v3.0') && /^relationships in/.test(what) && codes[0] === 'PROPERTY_UNKNOWN',
  },
  {
    reason: 'A document that says it is 3.0 follows 3.0, where a library rule needs no comparison; 3.1 is stricter.',
    ours: 'valid',
    fits: ({ path, document, what }) =>
      apiVersionOf(document).startsWith('v3.0') && path.includes('quality') && /mustBe|metric|type/.test(what),
  },
  {
    reason: 'A document that says it is 3.0 follows 3.0, which asks more of a rule without a type than 3.1.',
    ours: 'invalid',
    fits: ({ path, document }) => apiVersionOf(document).startsWith('v3.0') && path.includes('quality'),
  },
]

/** One example has 68 tables: two of them hold every shape of the others, at a thirtieth of the time. */
function shortened(document: Json): Json {
  const { schema } = document as { schema?: Json[] }
  return schema === undefined || schema.length <= 3 ? document : { ...(document as object), schema: schema.slice(0, 2) }
}

const apiVersionOf = (document: Json) => String((document as Record<string, Json>)?.apiVersion)

function officialVerdict(schemaFile: string): (document: Json) => boolean {
  const ajv = new Ajv2019({ strict: false, allErrors: false, logger: false })
  addFormats(ajv)
  const validate = ajv.compile(JSON.parse(readFileSync(join(schemas!, schemaFile), 'utf8')))
  return document => validate(document) === true
}

function examples(): { file: string; document: Json; schema: string }[] {
  return readdirSync(join(folder!, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter(file => /\.od[cp]s\.ya?ml$/.test(file))
    .sort()
    .map(file => {
      const document = parse(readFileSync(join(folder!, 'examples', file), 'utf8')) as Json
      const schema = file.includes('.odcs.') ? 'odcs-json-schema-v3.1.0.json' : 'odps-json-schema-v1.0.0.json'
      return { file, document, schema }
    })
}

/** Every object and list at most once a shape of path (indices left out), so that long examples cost no more than short ones. */
function* mutations(document: Json): Generator<Mutation> {
  const seen = new Set<string>()
  const paths: Path[] = []
  const visit = (value: Json, path: Path) => {
    const shape = path.map(step => (typeof step === 'number' ? '*' : step)).join('.')
    // Of objects that differ in what decides their shape, each is one of its own.
    const record = value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}
    const key = `${shape}|${record.type}|${record.logicalType}|${record.metric}`
    if (!seen.has(key)) {
      seen.add(key)
      paths.push(path)
    }
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...path, index])
    else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name])
    }
  }
  visit(document, [])
  for (const path of paths) {
    const value = at(document, path)
    const step = path.at(-1)
    const what = (text: string) => `${text} ${path.join('.') || '(root)'}`
    if (typeof step === 'string') yield { what: what('delete'), path, document: changed(document, path, undefined) }
    if (path.length > 0) {
      for (const other of [7, 'no such value', true, [], {}, null, ['x'], -1.5] as Json[]) {
        const text = `set to ${JSON.stringify(other)}`
        yield { what: what(text), path, document: changed(document, path, other) }
      }
    }
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      const unknown = { ...value, unheardOf: 1 } as Json
      yield { what: what('unknown key in'), path, document: changed(document, path, unknown) }
      for (const [name, added] of Object.entries(ADDED)) {
        if (name in value) continue
        yield { what: what(`${name} in`), path, document: changed(document, path, { ...value, [name]: added }) }
      }
    }
    if (Array.isArray(value) && value.length > 0) {
      yield { what: what('repeat'), path, document: changed(document, path, [...value, value[0]!]) }
      yield { what: what('cut'), path, document: changed(document, path, value.slice(1)) }
    }
  }
}

/** Properties of the standards, valid in one place and unknown in another. */
const ADDED: Record<string, Json> = {
  type: 'sql',
  query: 'select 1',
  metric: 'rowCount',
  mustBe: 0,
  mustNotBe: 1,
  mustBeLessThan: 5,
  mustBeBetween: [1, 2],
  logicalType: 'integer',
  logicalTypeOptions: { maximum: 5, format: 'i64' },
  items: { logicalType: 'string' },
  properties: [{ name: 'inner' }],
  relationships: [{ to: 'a.b' }],
  from: 'a.b',
  port: 1234,
  location: 'https://example.com/{model}/x',
  tags: ['a'],
  dateIn: '2026-02-30',
  url: 'no uri',
  customProperties: [{ property: 'free', value: { any: ['thing'] } }],
  members: [{ username: 'a' }],
}

function at(document: Json, path: Path): Json {
  return path.reduce<Json>((value, step) => (value as Record<string | number, Json>)[step]!, document)
}

function changed(document: Json, path: Path, value: Json | undefined): Json {
  if (path.length === 0) return value as Json
  const copy = structuredClone(document)
  const parent = at(copy, path.slice(0, -1)) as Record<string | number, Json>
  if (value === undefined) delete parent[path.at(-1)!]
  else parent[path.at(-1)!] = value
  return copy
}

/** Without the text: the parser would take most of the test's time, and the examples pass through it as they are. */
function sourceOf(value: Json): Source {
  const place = { file: 'document.json', line: 1, column: 1 }
  if (Array.isArray(value)) return new Source(place, value.map(sourceOf), false)
  if (value === null || typeof value !== 'object') return new Source(place, value, false)
  const fields = Object.entries(value).map(
    ([name, inner]) => [name, { keyPlace: place, source: sourceOf(inner) }] as const,
  )
  return new Source(place, new Map(fields), false)
}

function ours(document: Json): string[] {
  return validateSource(sourceOf(document)).map(found => found.code)
}

describe('beside the official JSON Schemas', () => {
  // Not skipped with the others: jest keeps the warnings of files that it skips whole to itself.
  it('has the schemas and examples, or says loudly what is not tested', () => {
    if (!available) {
      console.warn(
        'NOT TESTED: contract validation against the official ODPS and ODCS JSON Schemas. ' +
          'Set TERRANE_STANDARDS to a folder with schemas/ and examples/ to test it.',
      )
    }
    expect(folder === undefined || examples().length > 0).toBe(true)
  })

  ifAvailable('says of every official example what the schema says', () => {
    for (const { file, document, schema } of examples()) {
      const codes = validateDocument(stringify(document), file, {})
      expect({ file, valid: codes.length === 0, codes }).toMatchObject({
        file,
        valid: officialVerdict(schema)(document),
      })
    }
  })

  ifAvailable('says of every mutated example what the schema says, or why not', () => {
    const differences: string[] = []
    const counts = { valid: 0, invalid: 0, accepted: 0 }
    const compare = (label: string, mutation: Mutation, official: boolean) => {
      // Documents that are no longer of this kind or version are refused for that alone.
      const codes = ours(mutation.document)
      const valid = codes.length === 0
      counts[official ? 'valid' : 'invalid']++
      if (valid === official) return
      const verdict = valid ? 'valid' : 'invalid'
      if (ACCEPTED.some(rule => rule.ours === verdict && rule.fits(mutation, codes))) counts.accepted++
      else
        differences.push(`${label}: ${mutation.what}: schema says ${official ? 'valid' : 'invalid'}, we say ${codes}`)
    }
    for (const { file, document, schema } of [...examples(), ...versions()]) {
      const verdict = officialVerdict(schema)
      for (const mutation of mutations(shortened(document))) compare(file, mutation, verdict(mutation.document))
    }
    expect(differences.slice(0, 40)).toEqual([])
    expect(counts.valid).toBeGreaterThan(100)
    expect(counts.invalid).toBeGreaterThan(500)
    // A list of exceptions that swallows the test would be no test.
    expect(counts.accepted).toBeLessThan((counts.valid + counts.invalid) / 50)
  })

  ifAvailable('knows every server type of ODCS 3.1, with and without its settings', () => {
    const verdict = officialVerdict('odcs-json-schema-v3.1.0.json')
    const schema = JSON.parse(readFileSync(join(schemas!, 'odcs-json-schema-v3.1.0.json'), 'utf8'))
    const types: string[] = schema.$defs.Server.properties.type.enum
    const settings = new Set<string>(
      Object.values<{ properties: object }>(schema.$defs.ServerSource).flatMap(source =>
        Object.keys(source.properties),
      ),
    )
    const differences: string[] = []
    for (const type of types) {
      const full: Record<string, Json> = { server: 'one', type }
      for (const setting of settings) {
        const uri = type === 'sftp' ? 'sftp://host/path' : 'https://host/path'
        full[setting] = setting === 'port' ? 1 : uri
      }
      const candidates = [{ server: 'one', type }, full]
      for (const setting of settings) candidates.push({ server: 'one', type, [setting]: full[setting]! } as typeof full)
      // All that the type does not know taken out, so that what it needs shows.
      const known = { ...full }
      for (const setting of settings) {
        const without = changed(contract({ servers: [known] }), ['servers', 0, setting], undefined)
        if (ours(contract({ servers: [known] })).length > ours(without).length) delete known[setting]
      }
      candidates.push(known)
      for (const setting of Object.keys(known)) {
        candidates.push(changed(known, [setting], undefined) as typeof full)
        for (const other of ['text', 5, true]) candidates.push({ ...known, [setting]: other })
      }
      for (const server of candidates) {
        const document = contract({ servers: [server] })
        const codes = ours(document)
        if ((codes.length === 0) !== verdict(document)) differences.push(`${JSON.stringify(server)}: we say ${codes}`)
      }
    }
    expect(types.length).toBeGreaterThan(30)
    expect(differences).toEqual([])
  })
})

const contract = (more: Record<string, Json>): Json => ({
  apiVersion: 'v3.1.0',
  kind: 'DataContract',
  id: 'c',
  version: '1.0.0',
  status: 'active',
  ...more,
})

/** What the official examples leave out: the newest ODPS, every logical type, every kind of rule and relationship. */
function versions(): { file: string; document: Json; schema: string }[] {
  const context = {
    instructions: 'i',
    verifiedStatements: [{ id: 'a', question: 'q', answer: 'a', tags: ['t'] }],
    constraints: [{ id: 'c', constraint: 'never', customProperties: [{ property: 'p', value: null }] }],
  }
  const odps: Json = {
    apiVersion: 'v1.1.0',
    kind: 'DataProduct',
    id: 'p',
    name: 'p',
    deprecated: false,
    type: 'source-aligned',
    synonyms: [{ synonym: 's', locale: 'en' }],
    context,
    inputPorts: [{ name: 'i', deprecated: true, id: 'x' }],
    outputPorts: [
      {
        name: 'o',
        sbom: [{ id: 's', url: 'https://example.com', tags: [] }],
        inputContracts: [{ id: 'a', version: '1' }],
        synonyms: [],
        context: {},
      },
    ],
    managementPorts: [{ name: 'm', content: 'c', url: 'https://example.com', channel: 'c' }],
    support: [{ channel: 'c', url: 'mailto:a@example.com', invitationUrl: 'https://example.com', id: 'i' }],
    team: { name: 't', members: [{ username: 'u', dateIn: '2026-01-31', dateOut: '2024-02-29' }] },
    productCreatedTs: '2026-01-31T09:30:00Z',
    customProperties: [{ property: 'p', value: 1, vendor: 'v' }],
  }
  const odcs = contract({
    description: { purpose: 'p', usage: 'u' },
    team: [{ username: 'u', role: 'owner', dateIn: '2026-01-31' }],
    price: { priceAmount: 1.5, priceCurrency: 'EUR' },
    roles: [{ role: 'r', access: 'read' }],
    slaProperties: [{ property: 'frequency', value: 1, valueExt: null, unit: 'd' }],
    contractCreatedTs: '2026-01-31T09:30:00.123+01:00',
    schema: [
      {
        name: 't',
        id: 't-1',
        logicalType: 'object',
        relationships: [
          { from: 't.a', to: 'u.b', type: 'foreignKey' },
          { from: ['t.a', 't.b'], to: ['schema/u/properties/a', 'https://x.org/c.yaml#schema/u/properties/b'] },
        ],
        quality: [
          { type: 'library', metric: 'rowCount', mustBeBetween: [1, 2], unit: 'rows' },
          { metric: 'duplicateValues', mustBeLessThan: 1, arguments: { properties: ['a'] } },
          { type: 'sql', query: 'select 1', mustNotBe: 0 },
          { type: 'custom', engine: 'e', implementation: { any: 'thing' } },
          { type: 'text', description: 'words' },
          { description: 'words without a type' },
        ],
        properties: [
          {
            name: 's',
            logicalType: 'string',
            logicalTypeOptions: { minLength: 1, maxLength: 2, pattern: 'x', format: 'y' },
          },
          { name: 'd', logicalType: 'date', logicalTypeOptions: { format: 'x', minimum: 'a', exclusiveMaximum: 'b' } },
          { name: 'ts', logicalType: 'timestamp', logicalTypeOptions: { timezone: true, defaultTimezone: 'Etc/UTC' } },
          { name: 'ti', logicalType: 'time', logicalTypeOptions: { maximum: 'x' } },
          { name: 'n', logicalType: 'number', logicalTypeOptions: { multipleOf: 0.5, format: 'f32' } },
          { name: 'i', logicalType: 'integer', logicalTypeOptions: { maximum: 5, exclusiveMinimum: 1, format: 'i8' } },
          {
            name: 'o',
            logicalType: 'object',
            logicalTypeOptions: { minProperties: 1, required: ['x'] },
            properties: [{ name: 'x' }],
          },
          {
            name: 'a',
            logicalType: 'array',
            logicalTypeOptions: { maxItems: 1, uniqueItems: true },
            items: { logicalType: 'object', properties: [{ name: 'y', logicalType: 'boolean' }] },
          },
          { name: 'b', logicalType: 'boolean', logicalTypeOptions: { any: 'thing' } },
          { name: 'untyped', relationships: [{ to: 'countries.code' }], examples: [1, 'a', null, {}] },
        ],
      },
    ],
  })
  return [
    { file: 'ODPS 1.1', document: odps, schema: 'odps-json-schema-v1.1.0.json' },
    { file: 'ODCS 3.1', document: odcs, schema: 'odcs-json-schema-v3.1.0.json' },
  ]
}
