import { type Problem, problem } from '../problems/problem.js'
import { conceal, hiddenTexts } from './conceal.js'
import { ODCS_VERSIONS, odcsShape } from './odcs-shape.js'
import { ODPS_VERSIONS, odpsShape } from './odps-shape.js'
import { check, type ObjectShape } from './shape.js'
import { readSource, type Source } from './source.js'

type Kind = 'DataProduct' | 'DataContract'
const SHAPES: Record<Kind, { standard: string; versions: string[]; of: (minor: number) => ObjectShape }> = {
  DataProduct: { standard: 'ODPS', versions: ODPS_VERSIONS, of: minor => odpsShape(minor === 1 ? 1 : 0) },
  DataContract: { standard: 'ODCS', versions: ODCS_VERSIONS, of: minor => odcsShape(minor as 0 | 1 | 2) },
}
/** Shapes are made once a version: a product has many contracts, a mesh many products. */
const made = new Map<string, ObjectShape>()

/**
 * Every problem of one ODPS or ODCS document, told apart by `kind`. Variables are put in from `env` first. Nothing is
 * looked up outside the text: what its parts mean to each other is `readProduct`'s.
 */
export function validateDocument(text: string, file: string, env: NodeJS.ProcessEnv = process.env): Problem[] {
  const { root, problems } = readSource(text, file, env)
  return root === undefined ? problems : conceal([...problems, ...validateSource(root)], hiddenTexts(root))
}

/** Problems of a document already read; `expected` is the kind that its place in a product's folder calls for. */
export function validateSource(root: Source, expected?: Kind): Problem[] {
  const foreign = otherStandard(root)
  if (foreign !== undefined) return [foreign]
  const kind = root.get('kind')
  const found = Object.keys(SHAPES).find(known => known === kind?.scalar) as Kind | undefined
  if (found === undefined || (expected !== undefined && found !== expected)) {
    const details = { found: kind?.quoted() ?? 'not given', expected: expected ?? 'DataProduct or DataContract' }
    return [problem('DOCUMENT_KIND', details, (kind ?? root).place)]
  }
  const { standard, versions, of } = SHAPES[found]
  const version = root.get('apiVersion')
  if (version !== undefined && !versions.includes(version.scalar as string)) {
    const details = { found: version.quoted(), expected: versions.join(', ') }
    return [problem('DOCUMENT_VERSION', details, version.place)]
  }
  // Without a version the newest is the kindest reading; that it is missing is a problem of its own.
  const [major, minor] = ((version?.scalar as string | undefined) ?? versions[0]!).slice(1).split('.').map(Number)
  const key = `${standard} ${major}.${minor}`
  const shape = made.get(key) ?? of(minor!)
  made.set(key, shape)
  return check(root, shape, found === 'DataProduct' ? 'The product' : 'The contract', key)
}

/**
 * The Open Data Product Specification (opendataproducts.org) shares its short name with Bitol's standard. It has no
 * `kind`, but `product` with a member for each language (or `details` in it), and its schema's address in `schema`.
 */
function otherStandard(root: Source): Problem | undefined {
  const schema = root.text('schema')
  const product = root.get('product')
  const ofSpecification = schema !== undefined && /opendataproducts\.org|\bodps\b/i.test(schema)
  if (product?.fields === undefined || root.get('kind') !== undefined) {
    if (!ofSpecification) return undefined
  }
  const version = root.get('version')
  const said = version === undefined || version.hidden ? 'of an unknown version' : String(version.scalar)
  return problem('DOCUMENT_OTHER_STANDARD', { version: said }, root.place)
}
