import { readFile } from 'node:fs/promises'
import { createRequire, SourceMap } from 'node:module'
import path from 'node:path'
import * as schema from '@terrane/schema'
import {
  inOwnMetadata,
  type Problem,
  type Product,
  type ProductExtension,
  problem,
  withExtension,
} from '@terrane/schema'
import * as graphql from 'graphql'
import * as typeGraphql from 'type-graphql'

/** What is one and the same here and in a product's file: decorators write into one place, and types are compared. */
const SHARED: Record<string, unknown> = { 'type-graphql': typeGraphql, graphql, '@terrane/schema': schema }

/**
 * A product with what its `resolvers.ts` adds, or `resolvers.js` where that was compiled. The file is code of whoever
 * deploys the product and runs in its process, at the start and never later. What it cannot do there is a problem of
 * the product, at its line.
 */
export async function withResolvers(product: Product): Promise<{ product: Product; problems: Problem[] }> {
  const found = await readFirst(product.folder, ['resolvers.js', 'resolvers.ts'])
  if (!found) return { product, problems: [] }
  const { file, source } = found
  const absolute = path.join(product.folder, file)
  let map: SourceMap | undefined
  try {
    const made = compiled(absolute, source)
    map = made.map
    const extended = withExtension(product, { declare: evaluate(absolute, made.code), file })
    return { ...extended, problems: extended.problems.map(each => placed(each, source)) }
  } catch (error) {
    return { product, problems: [broken(error, file, map)] }
  }
}

async function readFirst(folder: string, files: string[]): Promise<{ file: string; source: string } | undefined> {
  for (const file of files) {
    const source = await readFile(path.join(folder, file), 'utf8').catch(() => undefined)
    if (source !== undefined) return { file, source }
  }
  return undefined
}

function evaluate(absolute: string, code: string): ProductExtension {
  const own = createRequire(absolute)
  const load = (name: string) => (Object.hasOwn(SHARED, name) ? SHARED[name] : own(name))
  // Not `vm`: its functions see other globals than ours in some hosts, and `String` is what types are compared with.
  const run = new Function(
    'exports',
    'require',
    'module',
    '__filename',
    '__dirname',
    `${code}\n//# sourceURL=${absolute}`,
  )
  const module = { exports: {} as { default?: unknown } }
  // What is decorated outside of the function goes with this copy: it would be part of every other product's graph.
  inOwnMetadata(() => run(module.exports, load, module, absolute, path.dirname(absolute)))
  const declare = module.exports.default ?? module.exports
  if (typeof declare !== 'function') throw new TypeError('its default export is no function')
  return declare as ProductExtension
}

/** TypeScript and decorators to what Node runs. Its native part is large: loaded where there is such a file. */
function compiled(filename: string, source: string): { code: string; map: SourceMap } {
  const { transformSync } = require('@swc/core') as typeof import('@swc/core')
  const { code, map } = transformSync(source, {
    filename,
    configFile: false,
    swcrc: false,
    sourceMaps: true,
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2022',
      parser: filename.endsWith('.ts') ? { syntax: 'typescript', decorators: true } : { syntax: 'ecmascript' },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  })
  return { code, map: new SourceMap(JSON.parse(map!)) }
}

/** What is not allowed is told by its name in the graph: where the file first declares something of that name. */
function placed(found: Problem, source: string): Problem {
  const [, name] = /^(?:The type )?(?:\w+\.)?(\w+) /.exec(found.message) ?? []
  const declared = new RegExp(`\\b${name}\\s*\\(|(['"\`])${name}\\1`)
  const index = source.split('\n').findIndex(line => declared.test(line))
  return index === -1 ? found : { ...found, line: index + 1 }
}

/** The first line of what was said, and the first place of the file that is named with it. */
function broken(error: unknown, file: string, map: SourceMap | undefined): Problem {
  // Errors of a compiled function may be of another realm.
  const { message = String(error), stack = '' } = (error ?? {}) as { message?: string; stack?: string }
  const [, line, column] =
    new RegExp(`[/\\\\]${file.replace('.', '\\.')}:(\\d+):(\\d+)`).exec(`${message}\n${stack}`) ?? []
  const place = line === undefined ? {} : placeOf(Number(line), Number(column), map)
  const said = message.split('\n').find(text => text.trim() !== '') ?? 'unknown'
  const reason = said
    .replace(/^\s*[x×]\s+/, '')
    // Some hosts go on with where it was looked for: the folder is nobody's business, the file is named anyway.
    .replace(/^(Cannot find (?:module|package) '[^']+').*$/, '$1')
    .replace(/[.!]+$/, '')
    .slice(0, 300)
  return problem('RESOLVERS_BROKEN', { file, reason }, { file, ...place })
}

/** Lines that `new Function` puts before a body. */
const HEAD = 2

/** Of the compiled code where there is a map to it; a file that does not compile is told in its own lines. */
function placeOf(line: number, column: number, map: SourceMap | undefined): { line?: number; column?: number } {
  if (!map) return { line, column }
  const entry = map.findEntry(line - 1 - HEAD, column - 1)
  if (!('originalLine' in entry)) return {}
  return { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
}
