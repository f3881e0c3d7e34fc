import { anything, flag, list, type ObjectShape, object, oneOf, type Shape, text, uri } from './shape.js'

const date: Shape = { is: 'text', format: 'date' }
export const ODPS_VERSIONS = ['v1.1.0', 'v1.0.0', 'v0.9.0']

/**
 * ODPS (Open Data Product Standard, Bitol), 1.0 and 1.1. Version 0.9 had the properties of 1.0, which the official
 * schema of 1.0 says by taking it.
 */
export function odpsShape(minor: 0 | 1): ObjectShape {
  /** What 1.1 added. */
  const since1 = (fields: Record<string, Shape>) => (minor >= 1 ? fields : {})
  const id = since1({ id: text })
  const deprecated = since1({ deprecated: flag })

  const customProperties = list(
    object(
      { ...id, property: text, value: anything, description: text, ...since1({ vendor: text }) },
      'property',
      'value',
    ),
  )
  const authoritativeDefinitions = list(object({ ...id, type: text, url: uri, description: text }, 'type', 'url'))
  const extras = { tags: list(text), customProperties, authoritativeDefinitions }
  const synonyms = list(
    object(
      { id: text, synonym: text, description: text, locale: text, source: text, status: text, customProperties },
      'synonym',
    ),
  )
  const context = object({
    instructions: text,
    verifiedStatements: list(object({ id: text, question: text, answer: text, ...extras }, 'question')),
    constraints: list(object({ id: text, constraint: text, ...extras }, 'constraint')),
  })
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
      ...extras,
    },
    'username',
  )
  const inputPort = object(
    { ...id, ...deprecated, name: text, version: text, contractId: text, ...extras },
    ...(minor === 0 ? ['name', 'version', 'contractId'] : ['name']),
  )
  const outputPort = object(
    {
      ...id,
      ...deprecated,
      name: text,
      description: text,
      type: text,
      version: text,
      contractId: text,
      sbom: list(object({ ...id, type: text, url: uri, ...since1(extras) }, ...(minor === 0 ? ['url'] : []))),
      inputContracts: list(object({ id: text, version: text }, 'id', 'version')),
      ...since1({ synonyms, context }),
      ...extras,
    },
    ...(minor === 0 ? ['name', 'version'] : ['name']),
  )
  const managementPort = object(
    {
      ...id,
      ...deprecated,
      name: text,
      content: text,
      type: text,
      url: uri,
      channel: text,
      description: text,
      ...extras,
    },
    'name',
    'content',
  )
  const support = object(
    {
      ...id,
      channel: text,
      url: uri,
      description: text,
      tool: text,
      scope: text,
      invitationUrl: uri,
      ...extras,
    },
    'channel',
    'url',
  )
  return object(
    {
      apiVersion: oneOf(...ODPS_VERSIONS),
      kind: oneOf('DataProduct'),
      id: text,
      name: text,
      version: text,
      status: text,
      domain: text,
      tenant: text,
      description: object({
        purpose: text,
        limitations: text,
        usage: text,
        authoritativeDefinitions,
        customProperties,
      }),
      inputPorts: list(inputPort),
      outputPorts: list(outputPort),
      managementPorts: list(managementPort),
      support: list(support),
      team: object({ name: text, description: text, members: list(member), ...extras }),
      productCreatedTs: { is: 'text', format: 'dateTime' },
      ...extras,
      ...since1({ type: text, deprecated: flag, synonyms, context }),
    },
    'apiVersion',
    'kind',
    'id',
    ...(minor === 0 ? ['status'] : []),
  )
}
