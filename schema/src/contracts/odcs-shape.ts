import { qualityShape } from './odcs-quality.js'
import { relationshipShapes } from './odcs-relationships.js'
import { serverTypes } from './odcs-servers.js'
import { logicalTypes } from './odcs-types.js'
import {
  anything,
  flag,
  integer,
  list,
  number,
  type ObjectShape,
  object,
  oneOf,
  type Shape,
  scalar,
  text,
} from './shape.js'

const date: Shape = { is: 'text', format: 'date' }
export const ODCS_VERSIONS = ['v3.2.0', 'v3.1.0', 'v3.0.2', 'v3.0.1', 'v3.0.0']
export const stableId: Shape = { is: 'text', pattern: /^[A-Za-z0-9_-]+$/, like: 'letters, digits, - and _' }

/** ODCS (Open Data Contract Standard, Bitol), 3.0 to 3.2. */
export function odcsShape(minor: 0 | 1 | 2): ObjectShape {
  const since1 = (fields: Record<string, Shape>) => (minor >= 1 ? fields : {})
  const since2 = (fields: Record<string, Shape>) => (minor >= 2 ? fields : {})
  const id = since1({ id: stableId })

  const tags = list(text)
  const customProperties = list(
    object(
      { ...id, property: text, value: anything, ...since1({ description: text }), ...since2({ vendor: text }) },
      'property',
      'value',
    ),
  )
  const authoritativeDefinitions = list(
    object({ ...id, url: text, type: text, ...since1({ description: text }) }, 'url', 'type'),
  )
  const extras = { tags, customProperties, authoritativeDefinitions }
  const synonym = object(
    { id: stableId, synonym: text, description: text, locale: text, source: text, status: text, customProperties },
    'synonym',
  )
  const guidance = object({
    instructions: text,
    verifiedStatements: list(object({ id: text, question: text, answer: text, ...extras }, 'question')),
    constraints: list(object({ id: text, constraint: text, ...extras }, 'constraint')),
  })
  const context: Shape = { is: 'choice', of: source => (typeof source.scalar === 'string' ? text : guidance) }

  const quality = list(qualityShape(minor, { ...id, ...extras }))
  const relationships = relationshipShapes(minor, customProperties)
  const element = {
    ...id,
    name: text,
    physicalName: text,
    physicalType: text,
    description: text,
    businessName: text,
    quality,
    ...extras,
    ...since2({ deprecated: flag, synonyms: list(synonym), context }),
  }
  const enumValue = object({ value: scalar, label: text, id: stableId, description: text, ...extras }, 'value')
  const types = logicalTypes(minor, {
    property: { is: 'choice', of: () => property },
    item: { is: 'choice', of: () => item },
  })
  const item: ObjectShape = {
    ...object({
      ...element,
      primaryKey: flag,
      primaryKeyPosition: integer,
      logicalType: oneOf(...types.names),
      required: flag,
      unique: flag,
      partitioned: flag,
      partitionKeyPosition: integer,
      classification: text,
      encryptedName: text,
      transformSourceObjects: list(text),
      transformLogic: text,
      transformDescription: text,
      examples: list(anything),
      criticalDataElement: flag,
      ...since1({ relationships: list(relationships.ofProperty) }),
      ...since2({
        semanticType: oneOf('column', 'measure', 'dimension'),
        enum: list(enumValue, { atLeast: 1, distinct: true }),
      }),
    }),
    more: types.more,
  }
  const property: ObjectShape = { ...item, required: ['name'] }
  const schemaObject = object(
    {
      ...element,
      logicalType: oneOf('object'),
      dataGranularityDescription: text,
      properties: list(property),
      ...since1({ relationships: list(relationships.ofObject) }),
    },
    'name',
  )

  const role = object(
    {
      ...id,
      role: text,
      description: text,
      access: text,
      firstLevelApprovers: text,
      secondLevelApprovers: text,
      customProperties,
    },
    'role',
  )
  const known = serverTypes(minor)
  const server: ObjectShape = {
    ...object(
      {
        ...id,
        server: text,
        type: oneOf(...known.keys()),
        description: text,
        environment: text,
        roles: list(role),
        customProperties,
      },
      'server',
      'type',
    ),
    // Of a type that nobody knows, nobody knows the settings: one problem is enough.
    more: source => known.get(source.text('type') ?? '') ?? { open: source.get('type') !== undefined },
  }
  const member = object(
    {
      ...id,
      username: text,
      name: text,
      description: text,
      role: text,
      dateIn: date,
      dateOut: date,
      replacedByUsername: text,
      ...since1(extras),
    },
    ...(minor >= 1 ? ['username'] : []),
  )
  const team = object({ ...id, name: text, description: text, members: list(member), ...extras })
  const support = object(
    {
      ...id,
      channel: text,
      url: text,
      description: text,
      tool: text,
      scope: text,
      invitationUrl: text,
      ...since1({ customProperties }),
    },
    'channel',
    ...(minor === 0 ? ['url'] : []),
  )
  const sla = object(
    {
      ...id,
      property: text,
      value: scalar,
      valueExt: scalar,
      unit: text,
      element: text,
      driver: text,
      ...since1({ description: text, scheduler: text, schedule: text }),
      ...since2({ customProperties, authoritativeDefinitions }),
    },
    'property',
    'value',
  )
  return object(
    {
      version: text,
      kind: oneOf('DataContract'),
      apiVersion: oneOf(...ODCS_VERSIONS),
      id: text,
      name: text,
      tenant: text,
      status: text,
      domain: text,
      dataProduct: text,
      description: object({
        usage: text,
        purpose: text,
        limitations: text,
        authoritativeDefinitions,
        customProperties,
      }),
      servers: list(server),
      schema: list(schemaObject),
      support: list(support),
      price: object({ ...id, priceAmount: number, priceCurrency: text, priceUnit: text }),
      // Before 3.1 the team was the list of its members; 3.1 still takes that.
      team: { is: 'choice', of: source => (minor === 0 || Array.isArray(source.content) ? list(member) : team) },
      roles: list(role),
      slaDefaultElement: text,
      slaProperties: list(sla),
      contractCreatedTs: { is: 'text', format: 'dateTime' },
      ...extras,
      ...since2({ context }),
    },
    'version',
    'apiVersion',
    'kind',
    'id',
    ...(minor < 2 ? ['status'] : []),
  )
}
