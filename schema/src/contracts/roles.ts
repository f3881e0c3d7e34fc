import { parseCondition } from '../authorisation/parse-condition.js'
import { parseMask } from '../authorisation/parse-mask.js'
import { nearest } from '../problems/nearest.js'
import { type Problem, problem } from '../problems/problem.js'
import { CUSTOM_PROPERTIES, CustomProperties } from './custom-properties.js'
import type { Dataset, DeclaredRole } from './model.js'
import { defined } from './property.js'
import type { Source } from './source.js'

const ACTIONS = ['read', 'discover', 'control', 'observe']

/** ODCS `roles` with their `terrane.*` custom properties, every name in them checked against the contract. */
export function readRoles(root: Source, datasets: Dataset[], problems: Problem[]): DeclaredRole[] {
  return root.list('roles').flatMap(source => {
    const role = source.text('role')
    if (role === undefined) return []
    const custom = new CustomProperties(source)
    custom.unknown(CUSTOM_PROPERTIES.role, problems)
    const declared: DeclaredRole = {
      role,
      ...defined({
        access: source.text('access'),
        description: source.shown('description'),
        datasets: custom.texts('terrane.datasets', problems),
        properties: custom.texts('terrane.properties', problems),
        classifications: custom.texts('terrane.classifications', problems),
        rowFilter: custom.object('terrane.rowFilter', problems),
        masks: custom.object('terrane.masks', problems),
        actions: custom.texts('terrane.actions', problems),
      }),
    }
    check(declared, custom, datasets, problems)
    return [declared]
  })
}

/**
 * A word that is nearly in use is a typing error. Others may be there for properties to come, unless they leave the role
 * with nothing.
 */
function checkClassifications(
  { role, classifications = [] }: DeclaredRole,
  custom: CustomProperties,
  meant: Dataset[],
  problems: Problem[],
): void {
  const properties = meant.flatMap(dataset => dataset.properties)
  const used = [...new Set(properties.flatMap(({ classification }) => classification ?? []))]
  const nothing = !classifications.some(word => used.includes(word))
  const rest = used.filter(word => !classifications.includes(word))
  for (const item of classifications.filter(word => !used.includes(word))) {
    const near = nearest(item, rest)
    if (!near && !nothing) continue
    const suggestion = near
      ? `Did you mean ${near}?`
      : `The role opens nothing: properties are classified ${used.join(', ') || 'not at all'}.`
    const { place } = custom.get('terrane.classifications')!
    problems.push(
      problem(near ? 'ROLE_CLASSIFICATION_UNKNOWN' : 'ROLE_CLASSIFICATION_UNUSED', { role, item, suggestion }, place),
    )
  }
}

function check(role: DeclaredRole, custom: CustomProperties, datasets: Dataset[], problems: Problem[]): void {
  const meant = datasets.filter(dataset => role.datasets?.includes(dataset.name) ?? true)
  const properties = new Set(meant.flatMap(dataset => dataset.properties.map(property => property.name)))
  const known = (name: string, found: string[] | undefined, names: Iterable<string>) => {
    const all = [...names]
    for (const item of found ?? []) {
      if (all.includes(item)) continue
      const near = nearest(item, all)
      const suggestion = near ? `Did you mean ${near}?` : `Expected one of ${all.join(', ')}.`
      problems.push(problem('ROLE_NAMES_UNKNOWN', { role: role.role, name, item, suggestion }, custom.get(name)!.place))
    }
  }
  known('terrane.datasets', role.datasets, new Set(datasets.map(dataset => dataset.name)))
  known('terrane.properties', role.properties, properties)
  known('terrane.masks', Object.keys(role.masks ?? {}), properties)
  known('terrane.actions', role.actions, ACTIONS)
  checkClassifications(role, custom, meant, problems)
  for (const [name, mask] of Object.entries(role.masks ?? {})) {
    const place = custom.get('terrane.masks')!.get(name)?.place ?? custom.get('terrane.masks')!.place
    problems.push(...parseMask(name, mask).problems.map(found => ({ ...found, ...place })))
    const dataset = meant.find(candidate => candidate.primaryKey.includes(name))
    if (dataset !== undefined) {
      const details = { property: name, dataset: dataset.name, what: `a mask for ${role.role}` }
      problems.push(problem('PRIMARY_KEY_RESTRICTED', details, place))
    }
  }
  if (role.rowFilter === undefined) return
  const { place } = custom.get('terrane.rowFilter')!
  for (const dataset of meant) {
    const found = parseCondition(dataset, role.rowFilter).problems
    problems.push(...found.map(one => ({ ...one, ...place })))
  }
}
