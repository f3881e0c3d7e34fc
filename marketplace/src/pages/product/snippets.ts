import type { Dataset, Field } from '../../api/discovery'

/** Working snippets of exactly the fields that the caller may read. */

export interface Snippet {
  /** Stands in the URL. */
  key: string
  title: string
  /** Said above it. */
  about: string
  text: string
}

interface Place {
  rootField: string
  dataset: Dataset
  readable: Field[]
  /** `https://mesh.example.org` */
  origin: string
  /** How a shell of the demo gets a token; elsewhere it has its own. */
  persona: string | undefined
}

/** `orders` → `Orders`. */
const title = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

export function graphqlOf({ rootField, dataset, readable }: Pick<Place, 'rootField' | 'dataset' | 'readable'>): string {
  return `query ${title(dataset.field)}($first: Int = 10, $after: String) {
  ${rootField} {
    ${dataset.field}(first: $first, after: $after) {
      nodes {
${readable.map(({ field }) => `        ${field}`).join('\n')}
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
`
}

export function snippetsOf(place: Place): Snippet[] {
  const { dataset, origin, persona } = place
  const address = `${origin}${dataset.address}`
  const token = persona
    ? `TOKEN=$(npx terrane token --as ${persona})`
    : 'TOKEN=…   # an access token of your identity provider'
  const curl = (format: string) => `${token}
curl --fail --header "authorization: Bearer $TOKEN" \\
  ${address}.${format} --output ${dataset.name}.${format}
`
  return [
    {
      key: 'graphql',
      title: 'GraphQL',
      about: 'A page of rows; the next one begins after its endCursor.',
      text: graphqlOf(place),
    },
    { key: 'csv', title: 'csv', about: 'All rows that you may read, in one file.', text: curl('csv') },
    { key: 'parquet', title: 'parquet', about: 'The same, typed and compressed.', text: curl('parquet') },
    {
      key: 'typescript',
      title: 'TypeScript',
      about: 'Node 20 or a browser, nothing to install.',
      text: typescriptOf(place),
    },
    { key: 'python', title: 'Python', about: 'With pandas and pyarrow.', text: pythonOf(place) },
  ]
}

function typescriptOf(place: Place): string {
  const { rootField, dataset, readable, origin } = place
  const row = title(dataset.field)
  return `interface ${row}Row {
${readable.map(field => `  ${field.field}: ${field.key ? typeOf(field) : `${typeOf(field)} | null`}`).join('\n')}
}

const query = \`
${graphqlOf(place)}\`

export async function* ${dataset.field}(token: string): AsyncGenerator<${row}Row> {
  let after: string | null = null
  do {
    const answer = await fetch('${origin}/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: \`Bearer \${token}\` },
      body: JSON.stringify({ query, variables: { first: 500, after } }),
    })
    const { data, errors } = await answer.json()
    if (!data?.${rootField}?.${dataset.field}) throw new Error(errors?.[0]?.message ?? \`HTTP \${answer.status}\`)
    const page: { nodes: ${row}Row[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = data.${rootField}.${dataset.field}
    yield* page.nodes
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after)
}
`
}

/** Decimals and 64-bit integers are strings in JSON: exact. */
function typeOf({ type, key }: Field): string {
  if (type?.startsWith('array')) return 'unknown[]'
  if (key) return 'string'
  if (type === 'boolean') return 'boolean'
  if (type && /^(integer|int|number|double|float)/.test(type)) return 'number'
  return type && /^(object|json)/.test(type) ? 'unknown' : 'string'
}

function pythonOf({ dataset, origin, persona }: Place): string {
  return `import io, os, urllib.request
import pandas as pd  # pip install pandas pyarrow

request = urllib.request.Request(
    "${origin}${dataset.address}.parquet",
    headers={"authorization": f"Bearer {os.environ['TOKEN']}"},${persona ? `  # TOKEN=$(npx terrane token --as ${persona})` : ''}
)
with urllib.request.urlopen(request) as answer:
    ${pythonName(dataset.name)} = pd.read_parquet(io.BytesIO(answer.read()))

print(${pythonName(dataset.name)}.head())
`
}

const pythonName = (name: string) => name.replace(/\W/g, '_').replace(/^(\d)/, '_$1')
