import type { Condition } from '../../authorisation/condition.js'
import type { Dataset, Row, Value } from '../../contracts/model.js'
import type { DataProductInfo } from '../../fixed-api/types.js'
import type { ProductResolvers } from '../resolvers.js'

/** Answers from rows in memory, and remembers what it was asked: the graph's other side, without a store. */
export function inMemory(rows: Record<string, Row[]>) {
  const asked: { what: string; dataset?: string; args?: unknown; context?: unknown }[] = []
  const select = (dataset: Dataset, where: Condition | undefined) =>
    rows[dataset.name]!.filter(row => where === undefined || holds(where, row))
  const only = (row: Row, properties: string[]) => Object.fromEntries(properties.map(name => [name, row[name] ?? null]))
  const resolvers: ProductResolvers<unknown> = {
    async page(dataset, args, context) {
      asked.push({ what: 'page', dataset: dataset.name, args, context })
      const all = select(dataset, args.where)
      const shown = all.slice(0, args.first).map((row, at) => ({ row: only(row, args.properties), cursor: `c${at}` }))
      return { rows: shown, hasNextPage: all.length > args.first, hasPreviousPage: false }
    },
    async totalCount(dataset, args) {
      asked.push({ what: 'totalCount', dataset: dataset.name, args })
      return select(dataset, args.where).length
    },
    async row(dataset, key, properties, asOf) {
      asked.push({ what: 'row', dataset: dataset.name, args: { key, properties, asOf } })
      const row = rows[dataset.name]!.find(each => dataset.primaryKey.every((name, at) => each[name] === key[at]))
      return row ? only(row, properties) : null
    },
    async aggregate(dataset, args) {
      asked.push({ what: 'aggregate', dataset: dataset.name, args })
      return [{ group: args.groupBy.map((_, at) => `g${at}`), measures: args.measures.map((_, at) => at + 1) }]
    },
    async product() {
      return {
        name: 'uk-sales',
        freshness: 'FRESH',
        quality: { passed: 3, failed: 0 },
        owner: { name: 'UK' },
      } as DataProductInfo
    },
    async audit(filter) {
      asked.push({ what: 'audit', args: filter })
      return [
        {
          at: '2026-01-01T00:00:00.000000Z',
          subject: 'user:anna',
          action: 'read',
          properties: [],
          port: 'graphql',
          outcome: 'allowed',
        },
      ]
    },
    control: {
      async run() {
        asked.push({ what: 'run' })
        return {
          id: 'r1',
          state: 'PUBLISHED',
          trigger: 'control',
          startedAt: '2026-01-01T00:00:00.000000Z',
          problems: [],
          quarantined: 0,
        }
      },
      async putModel(model, sql, dryRun) {
        asked.push({ what: 'putModel', args: { model, sql, dryRun } })
        return { accepted: true, dryRun, problems: [], rows: [{ a: 1 }] }
      },
      async resetModel(model) {
        asked.push({ what: 'resetModel', args: { model } })
        return true
      },
      async putGrant(grant) {
        asked.push({ what: 'putGrant', args: grant })
        return {
          ...grant,
          id: 'g1',
          effect: 'allow',
          origin: 'granted',
          by: 'user:anna',
          at: '2026-01-01T00:00:00.000000Z',
        }
      },
      async revokeGrant(id) {
        asked.push({ what: 'revokeGrant', args: { id } })
        return true
      },
    },
  }
  return { resolvers, asked }
}

function holds(condition: Condition, row: Row): boolean {
  if ('and' in condition) return condition.and.every(each => holds(each, row))
  if ('or' in condition) return condition.or.some(each => holds(each, row))
  if ('not' in condition) return !holds(condition.not, row)
  const value = row[condition.property] as Value
  return condition.op === 'eq' ? value === condition.value : true
}
