import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { stringify } from 'yaml'
import { readProduct } from '../contracts/product.js'
import { type Problem, problem } from '../problems/problem.js'
import type { Version } from './compare.js'
import { hashOf } from './fingerprint.js'
import { contractsOf } from './rule.js'

/**
 * What is published, in git: `<root>/<product>/<major>/` holds `product.odps.yaml`, `contracts/*.odcs.yaml`,
 * `sdl.graphql` and this manifest. All of it is written by `recordVersion` and read by people in reviews.
 */
export interface Manifest {
  product: string
  major: number
  version: string
  /** Ids of the output contracts, and the file of each. */
  contracts: Record<string, string>
  /** Of every other file. */
  hashes: Record<string, string>
  /** All versions of this major that were recorded, the last last; `hash` is of `hashes`. */
  versions: { version: string; hash: string }[]
}

const MARK = 'Recorded by `terrane check --record` as what is published. Do not edit: record again.'
const MANIFEST = 'manifest.json'

export interface PublishedMajor {
  folder: string
  manifest: Manifest
}

/** Every product and major below `root`; nothing where there is no such folder. */
export async function listPublished(root: string): Promise<{ majors: PublishedMajor[]; problems: Problem[] }> {
  const problems: Problem[] = []
  const majors: PublishedMajor[] = []
  for (const product of await foldersIn(root)) {
    for (const major of (await foldersIn(join(root, product))).filter(name => /^\d+$/.test(name))) {
      const folder = join(root, product, major)
      const file = join(folder, MANIFEST)
      try {
        const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest
        if (manifest.product !== product || String(manifest.major) !== major)
          throw new Error('it is of another product')
        majors.push({ folder, manifest })
      } catch (error) {
        problems.push(problem('PUBLISHED_UNREADABLE', { reason: reasonOf(error) }, { file }))
      }
    }
  }
  majors.sort((one, other) => one.manifest.major - other.manifest.major)
  return { majors, problems }
}

/** What was recorded, unless somebody has changed it by hand. */
export async function readPublished(
  { folder, manifest }: PublishedMajor,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ version?: Version; problems: Problem[] }> {
  const tampered = await tamperedIn({ folder, manifest })
  if (tampered) return { problems: [tampered] }
  const { product, problems } = await readProduct(folder, env, { promisesOnly: true })
  if (product === undefined) {
    const reason = problems.find(({ severity }) => severity === 'error')?.message ?? 'it holds no product'
    const file = join(folder, problems[0]?.file ?? 'product.odps.yaml')
    return { problems: [problem('PUBLISHED_UNREADABLE', { reason }, { file })] }
  }
  return { version: { product, sdl: await readSdl({ folder, manifest }) }, problems: [] }
}

export function readSdl({ folder }: PublishedMajor): Promise<string> {
  return readFile(join(folder, 'sdl.graphql'), 'utf8')
}

/** Is it recorded in just this form? Then there is nothing to compare. */
export function isRecorded({ manifest }: PublishedMajor, version: Version): boolean {
  const last = manifest.versions.at(-1)
  return last?.version === version.product.version && last.hash === recordOf(version).hash
}

/** Writes a version as what is published of its major; gives the folder, or nothing where it says the same already. */
export async function recordVersion(root: string, version: Version): Promise<string | undefined> {
  const { product } = version
  const folder = join(root, product.name, String(product.major))
  const { files, hashes, hash, contracts } = recordOf(version)
  const before = await readFile(join(folder, MANIFEST), 'utf8').then(
    text => JSON.parse(text) as Manifest,
    () => undefined,
  )
  if (before && isRecorded({ folder, manifest: before }, version)) return undefined
  const earlier = (before?.versions ?? []).filter(({ version }) => version !== product.version)
  const manifest: Manifest = {
    product: product.name,
    major: product.major,
    version: product.version,
    contracts,
    hashes,
    versions: [...earlier, { version: product.version, hash }],
  }
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'contracts'), { recursive: true })
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
  return folder
}

/** The files of a version, and what the manifest says of them. */
function recordOf({ product, sdl }: Version) {
  const yaml = (document: unknown) => `# ${MARK}\n${stringify(document, { lineWidth: 0 })}`
  const contracts = contractsOf(product).map(({ id, file, document }) => ({
    id,
    file: `contracts/${basename(file).replace(/\.(ya?ml|json)$/, '.yaml')}`,
    document,
  }))
  const files: Record<string, string> = {
    ...Object.fromEntries(contracts.map(({ file, document }) => [file, yaml(document)])),
    'product.odps.yaml': yaml(product.document),
    'sdl.graphql': `# ${MARK}\n${sdl.trim()}\n`,
  }
  const hashes = Object.fromEntries(
    Object.entries(files)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([file, text]) => [file, hashOf(text)]),
  )
  const ids = Object.fromEntries(contracts.map(({ id, file }) => [id, file]))
  return { files, hashes, hash: hashOf(JSON.stringify(hashes)), contracts: ids }
}

/** The files are as they were recorded, or where they are not. */
export async function tamperedIn({ folder, manifest }: PublishedMajor): Promise<Problem | undefined> {
  for (const [name, hash] of Object.entries(manifest.hashes)) {
    const file = join(folder, name)
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined && hashOf(text) === hash) continue
    const reason = text === undefined ? 'it is gone' : 'it was changed since it was recorded'
    return problem('PUBLISHED_UNREADABLE', { reason }, { file })
  }
  return undefined
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.flatMap(entry => (entry.isDirectory() ? [entry.name] : [])).sort()
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not JSON'
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is missing' : (error as Error).message
}
