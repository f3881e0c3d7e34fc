import type { Contract, DeclaredRole, Product } from '../contracts/model.js'
import { outputContracts } from '../contracts/ports.js'
import type { Problem } from '../problems/problem.js'
import { parseCondition } from './parse-condition.js'
import { parseMask } from './parse-mask.js'
import type { Action, Grant, Mask } from './policy.js'

const ACTIONS: Action[] = ['read', 'discover', 'control', 'observe']
const OF_ACCESS: Record<string, Action[]> = {
  read: ['read', 'discover'],
  write: ['read', 'discover', 'control', 'observe'],
  control: ['read', 'discover', 'control', 'observe'],
}

/** The grants that output contracts declare in `roles` (ODCS "Roles"), in force from the deploy at `at` (ISO). */
export function declaredGrants(product: Product, at: string): Grant[] {
  return outputContracts(product).flatMap(contract =>
    contract.roles.flatMap((role, index) => grantsOf(contract, role, index, at).grants),
  )
}

/** What is wrong with the declared roles: unknown properties in row filters, masks that are none. */
export function problemsOfRoles(product: Product): Problem[] {
  return outputContracts(product).flatMap(contract =>
    contract.roles.flatMap((role, index) =>
      grantsOf(contract, role, index, '').problems.map(problem => ({ ...problem, file: contract.file })),
    ),
  )
}

function grantsOf(
  contract: Contract,
  role: DeclaredRole,
  index: number,
  at: string,
): { grants: Grant[]; problems: Problem[] } {
  const problems: Problem[] = []
  const actions = (role.actions as Action[] | undefined) ?? OF_ACCESS[role.access ?? 'read'] ?? ['read', 'discover']
  const masks: Record<string, Mask> = {}
  for (const [property, input] of Object.entries(role.masks ?? {})) {
    const parsed = parseMask(property, input)
    problems.push(...parsed.problems)
    // A mask that cannot be read hides all: a mistake never shows more.
    masks[property] = parsed.mask ?? { kind: 'null' }
  }
  const common = {
    effect: 'allow' as const,
    // `product:europe-sales` and `user:anna` are subjects as they stand; a plain name is a role.
    subject: /^(product|user|role):|^\*$/.test(role.role) ? role.role : `role:${role.role}`,
    origin: 'declared' as const,
    by: contract.file,
    at,
  }
  const id = (suffix: string) => `declared:${contract.id}:${index}:${suffix}`
  const ofData = actions.filter(action => action === 'read' || action === 'discover')
  const grants: Grant[] = []
  for (const dataset of contract.datasets) {
    if (ofData.length === 0 || (role.datasets && !role.datasets.includes(dataset.name))) continue
    const filter = role.rowFilter === undefined ? undefined : parseCondition(dataset, role.rowFilter)
    if (filter) problems.push(...filter.problems)
    // A filter that cannot be read lets no row through, and is reported.
    if (filter && !filter.condition) continue
    grants.push({
      ...common,
      id: id(dataset.name),
      actions: ofData,
      dataset: dataset.name,
      ...(role.properties ? { properties: role.properties } : {}),
      ...(role.classifications ? { classifications: role.classifications } : {}),
      ...(filter?.condition ? { rowFilter: filter.condition } : {}),
      ...(Object.keys(masks).length > 0 ? { masks } : {}),
    })
  }
  // Control and observation are of the product as a whole: a role narrowed to some datasets does not have them.
  const ofProduct = actions.filter(action => ACTIONS.includes(action) && action !== 'read' && action !== 'discover')
  if (ofProduct.length > 0 && !role.datasets) grants.push({ ...common, id: id('*'), actions: ofProduct, dataset: '*' })
  return { grants, problems }
}
