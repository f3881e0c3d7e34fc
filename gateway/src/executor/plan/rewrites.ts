import type { FetchDataRewrite } from '@apollo/query-planner'
import { type Fields, isFields, own, setOwn } from './place.js'
import type { Types } from './types.js'

export type Rewrite = (value: unknown) => void

const FRAGMENT = '... on '

/** What the plan changes in a representation before it is sent, or in an answer before it is merged. */
export function compileRewrites(rewrites: readonly FetchDataRewrite[] | undefined, types: Types): Rewrite | undefined {
  if (!rewrites || rewrites.length === 0) return undefined
  const compiled = rewrites.map(rewrite => compileRewrite(rewrite, types))
  return value => {
    for (const rewrite of compiled) rewrite(value)
  }
}

function compileRewrite(rewrite: FetchDataRewrite, types: Types): Rewrite {
  const parents = rewrite.path.slice(0, -1)
  const last = rewrite.path.at(-1)!
  const change =
    rewrite.kind === 'ValueSetter'
      ? (fields: Fields) => setOwn(fields, last, rewrite.setValueTo)
      : (fields: Fields) => {
          if (!Object.hasOwn(fields, last)) return
          const value = fields[last]
          delete fields[last]
          setOwn(fields, rewrite.renameKeyTo, value)
        }
  return value => walk(value, parents, 0, types, change)
}

function walk(value: unknown, path: string[], at: number, types: Types, change: (fields: Fields) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, path, at, types, change)
  if (!isFields(value)) return
  const step = path[at]
  if (step === undefined) change(value)
  else if (!step.startsWith(FRAGMENT)) walk(own(value, step), path, at + 1, types, change)
  else if (applies(step.slice(FRAGMENT.length), value, types)) walk(value, path, at + 1, types, change)
}

/** Without a type name the subgraph was asked for one type only. */
function applies(condition: string, fields: Fields, types: Types): boolean {
  const typeName = own(fields, '__typename')
  return typeName === undefined || types.covers(condition, typeName)
}

/** The value at the path of a rewrite, for `@fromContext`; its `..` were walked by the caller. */
export function valueAt(value: unknown, path: readonly string[], types: Types, at = 0): unknown {
  const step = path[at]
  if (step === undefined || value === null) return value
  if (Array.isArray(value)) return value.map(item => valueAt(item, path, types, at))
  if (!isFields(value)) return undefined
  if (!step.startsWith(FRAGMENT)) return valueAt(own(value, step), path, types, at + 1)
  return applies(step.slice(FRAGMENT.length), value, types) ? valueAt(value, path, types, at + 1) : undefined
}
