import { integer, type ObjectShape, oneOf, type Shape, text, uri } from './shape.js'

/**
 * Settings of each server type (ODCS "Infrastructure & Servers"), `!` where needed. Types and settings of later
 * versions carry the minor version that brought them: `@1`, `@2`.
 */
const SETTINGS: Record<string, string> = {
  api: 'location!',
  athena: 'stagingDir! schema! catalog regionName workgroup@2',
  azure: 'location! format! delimiter encoding@2',
  bigquery: 'project! dataset!',
  clickhouse: 'host! port! database!',
  databricks: 'host catalog! schema!',
  denodo: 'host! port! database',
  dremio: 'host! port! schema',
  duckdb: 'database! schema',
  'exasol@2': 'host! port schema',
  glue: 'account! database! location format encoding@2',
  'hana@2': 'host! port database schema',
  cloudsql: 'host! port! database! schema!',
  db2: 'host! port! database! schema',
  'hive@1': 'host! port database!',
  'iceberg@2': 'catalog! catalogUrl! namespace warehouse',
  'impala@1': 'host! port database!',
  informix: 'host! port database!',
  kafka: 'host! format encoding@2',
  kinesis: 'region format encoding@2',
  local: 'path! format! encoding@2',
  mysql: 'host! port! database!',
  oracle: 'host! port! serviceName!',
  postgresql: 'host! port! database! schema!',
  postgres: 'host! port! database! schema!',
  presto: 'host! catalog schema',
  pubsub: 'project!',
  redshift: 'host database! schema! region account',
  s3: 'location! endpointUrl format delimiter encoding@2',
  sftp: 'location! format delimiter encoding@2',
  snowflake: 'host port account! database! schema! warehouse',
  sqlserver: 'host! port database! schema!',
  synapse: 'host! port! database!',
  'teradata@2': 'host! port database',
  trino: 'host! port! catalog! schema!',
  vertica: 'host! port! database! schema!',
  'zen@1': 'host! port database!',
  custom:
    'account catalog database dataset delimiter endpointUrl format host location path port project region regionName ' +
    'schema serviceName stagingDir warehouse stream@1 encoding@2',
}

const SFTP: Shape = { is: 'text', format: 'uri', pattern: /^sftp:\/\//, like: 'a URL like sftp://host/path' }

/** The settings of every type that a minor version knows. */
export function serverTypes(minor: number): Map<string, Pick<ObjectShape, 'fields'> & { required: string[] }> {
  const types = new Map<string, Pick<ObjectShape, 'fields'> & { required: string[] }>()
  for (const [key, settings] of Object.entries(SETTINGS)) {
    const [type, since] = key.split('@') as [string, string?]
    if (Number(since ?? 0) > minor) continue
    const fields: Record<string, Shape> = {}
    const required: string[] = []
    for (const setting of settings.split(' ')) {
      const [written, added] = setting.split('@') as [string, string?]
      if (Number(added ?? 0) > minor) continue
      const name = written.replace('!', '')
      fields[name] = settingShape(type, name, minor)
      // Since 3.2 an Athena workgroup may say where results go.
      if (written.endsWith('!') && !(type === 'athena' && name === 'stagingDir' && minor >= 2)) required.push(name)
    }
    types.set(type, { fields, required })
  }
  return types
}

function settingShape(type: string, name: string, minor: number): Shape {
  switch (name) {
    case 'port':
      // A port may be a text since 3.2, so that it can hold a variable.
      return minor >= 2 ? { is: 'choice', of: source => (typeof source.scalar === 'string' ? text : integer) } : integer
    case 'location':
      return type === 'sftp' ? SFTP : uri
    case 'endpointUrl':
    case 'catalogUrl':
      return uri
    case 'stagingDir':
      return type === 'athena' ? uri : text
    case 'format':
      return minor === 0 && ['azure', 's3', 'sftp'].includes(type) ? oneOf('parquet', 'delta', 'json', 'csv') : text
    case 'delimiter':
      return minor === 0 && type !== 'custom' ? oneOf('new_line', 'array') : text
    default:
      return text
  }
}
