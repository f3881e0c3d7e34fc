import type { Contract, DeclaredRole } from '../../contracts/model.js'
import type { Rule } from '../rule.js'

export const roles: Rule = {
  outcomes: {
    ROLE_ADDED: {
      level: 'dangerous',
      concern: 'security',
      because: 'Somebody reads what they did not.',
      example: {
        in: 'contract',
        before: 'roles: [{ role: analyst, access: read }]',
        after: 'roles: [{ role: analyst, access: read }, { role: auditor, access: read }]',
      },
    },
    ROLE_REMOVED: {
      level: 'breaking',
      concern: 'clients',
      because: 'Whoever came with it is denied.',
      example: {
        in: 'contract',
        before: 'roles: [{ role: analyst, access: read }, { role: auditor, access: read }]',
        after: 'roles: [{ role: analyst, access: read }]',
      },
    },
    ROLE_WIDENED: {
      level: 'dangerous',
      concern: 'security',
      because: 'It reaches a property, an action, rows or unmasked values that it did not.',
      example: {
        in: 'contract',
        before:
          'roles: [{ role: analyst, access: read, customProperties: [{ property: terrane.rowFilter, value: { id: { eq: A1 } } }] }]',
        after: 'roles: [{ role: analyst, access: read }]',
      },
    },
    ROLE_NARROWED: {
      level: 'breaking',
      concern: 'clients',
      because:
        'It no longer reaches a property, an action or rows that it did, or sees masks. Other rows count as both.',
      example: {
        in: 'contract',
        before: 'roles: [{ role: analyst, access: control }]',
        after: 'roles: [{ role: analyst, access: read }]',
      },
    },
  },
  contract({ before, after }, { report }) {
    const place = { file: after.file, line: 1, column: 1 }
    const names = new Set([...before.roles, ...after.roles].map(({ role }) => role))
    for (const name of names) {
      const old = before.roles.filter(({ role }) => role === name)
      const now = after.roles.filter(({ role }) => role === name)
      if (JSON.stringify(old.map(reach)) === JSON.stringify(now.map(reach))) continue
      const subject = `${after.id}/${name}`
      if (old.length === 0) report('ROLE_ADDED', subject, `${name} may use ${after.id}: ${rights(now)}.`, place)
      else if (now.length === 0) report('ROLE_REMOVED', subject, `${name} may no longer use ${after.id}.`, place)
      else {
        const [lost, gained] = differences({ role: old, contract: before }, { role: now, contract: after })
        if (gained.length > 0)
          report('ROLE_WIDENED', subject, `${name} of ${after.id} gains ${gained.join(', ')}.`, place)
        if (lost.length > 0) report('ROLE_NARROWED', subject, `${name} of ${after.id} loses ${lost.join(', ')}.`, place)
      }
    }
  },
}

const rights = (declared: DeclaredRole[]) => [...new Set(declared.flatMap(actionsOf))].join(', ')

/** All that a role's words decide; its description does not. */
function reach({ description: _text, ...role }: DeclaredRole): unknown {
  return { ...role, actions: actionsOf(role) }
}

function actionsOf({ actions, access = 'read' }: DeclaredRole): string[] {
  if (actions !== undefined) return actions
  return access === 'write' || access === 'control' ? ['read', 'discover', 'control', 'observe'] : ['read', 'discover']
}

interface Side {
  role: DeclaredRole[]
  contract: Contract
}

/** What each side reaches that the other does not. A property that is not on both sides is not the role's doing. */
function differences(before: Side, after: Side): [lost: string[], gained: string[]] {
  const common = propertiesOf(before.contract).filter(one =>
    propertiesOf(after.contract).some(other => other.key === one.key && other.classification === one.classification),
  )
  const old = rightsOf(before, common)
  const now = rightsOf(after, common)
  const missing = (from: Map<string, string[]>, to: Map<string, string[]>) =>
    [...from].flatMap(([right, ways]) => (ways.some(way => covered(way, to.get(right) ?? [])) ? [] : [right]))
  const filtered = (from: Map<string, string[]>, to: Map<string, string[]>) =>
    [...from].flatMap(([right, ways]) => {
      const others = to.get(right)
      return others && !ways.every(way => covered(way, others)) ? [`${right} ${otherwise(others)}`] : []
    })
  const lost = [...missing(old, now).filter(right => !now.has(right)), ...filtered(old, now)]
  const gained = [...missing(now, old).filter(right => !old.has(right)), ...filtered(now, old)]
  return [brief(lost), brief(gained)]
}

/** A way to a value: `rows|mask`. An unfiltered, unmasked way covers every other. */
const covered = (way: string, others: string[]) => others.includes(way) || others.includes('|')
const otherwise = (others: string[]) => (others.includes('|') ? '' : 'in other rows or forms')

function rightsOf({ role, contract }: Side, properties: PropertyKey[]): Map<string, string[]> {
  const rights = new Map<string, string[]>()
  const add = (right: string, way: string) => rights.set(right, [...(rights.get(right) ?? []), way])
  for (const one of role) {
    for (const action of actionsOf(one)) {
      if (action !== 'read') {
        if (action !== 'discover') add(`to ${action}`, '|')
        continue
      }
      for (const { key, dataset, property, classification } of properties) {
        if (one.datasets && !one.datasets.includes(dataset)) continue
        const isKey = contract.datasets.find(({ name }) => name === dataset)?.primaryKey.includes(property)
        // The key is read with anything of its dataset.
        const named = one.properties?.includes(property) ?? true
        const classed = one.classifications?.includes(classification ?? '') ?? true
        if (!isKey && !(named && classed)) continue
        const mask = one.masks?.[property]
        add(
          key,
          `${one.rowFilter ? JSON.stringify(one.rowFilter) : ''}|${mask === undefined ? '' : JSON.stringify(mask)}`,
        )
      }
    }
  }
  return rights
}

interface PropertyKey {
  key: string
  dataset: string
  property: string
  classification?: string
}

function propertiesOf(contract: Contract): PropertyKey[] {
  return contract.datasets.flatMap(({ name: dataset, properties }) =>
    properties.map(({ name, classification }) => ({
      key: `${dataset}.${name}`,
      dataset,
      property: name,
      ...(classification === undefined ? {} : { classification }),
    })),
  )
}

/** The first few; the contract shows the rest. */
function brief(items: string[]): string[] {
  const trimmed = items.map(item => item.trim())
  return trimmed.length > 5 ? [...trimmed.slice(0, 4), `and ${trimmed.length - 4} more`] : trimmed
}
