import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { OpenApiDocument } from '@terrane/schema'

const PACKAGE = path.dirname(require.resolve('@seriousme/openapi-schema-validator/package.json'))

/** What a validator that is not ours says of a document; empty where it is valid. Run apart: it is an ES module. */
export function verdictOn(document: object): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'terrane-openapi-'))
  try {
    const file = path.join(folder, 'openapi.json')
    writeFileSync(file, JSON.stringify(document))
    execFileSync(process.execPath, [path.join(PACKAGE, 'bin', 'validate-api-cli.js'), file], { encoding: 'utf8' })
    return ''
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return `${stdout}${stderr}` || String(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Described {
  method: string
  path: string
}

export function operationsOf({ paths }: Pick<OpenApiDocument, 'paths'>): Described[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map(method => ({ method: method.toUpperCase(), path })),
  )
}

/**
 * Which routes and operations have no counterpart. `routes` are as their framework names them, `/grants/:id`; an
 * operation's own parameters, `/grants/{id}`, stand for any value.
 */
export function drift(routes: Described[], operations: Described[]): { undescribed: string[]; unrouted: string[] } {
  const met = (route: Described, operation: Described) =>
    ['ALL', operation.method].includes(route.method) && patternOf(route.path).test(filled(operation.path))
  return {
    undescribed: routes.filter(route => !operations.some(one => met(route, one))).map(told),
    unrouted: operations.filter(one => !routes.some(route => met(route, one))).map(told),
  }
}

const told = ({ method, path }: Described) => `${method} ${path}`
const filled = (path: string) => path.replace(/\{\w+\}/g, 'x')
const patternOf = (path: string) => {
  const text = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')
  return new RegExp(`^${text.replace(/\\\*/g, '.*')}$`)
}
