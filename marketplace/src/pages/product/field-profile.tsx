import { useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import { ask } from '../../api/ask'
import type { Dataset, Field } from '../../api/discovery'
import { number } from '../../parts/numbers'
import { Asked, Empty } from '../../parts/states'
import styles from './product.module.css'

/** What a dataset's values are like, counted by the product itself over the rows that the reader may read. */

export interface Counts {
  empty: Record<string, number>
  distinct: Record<string, number>
}

/** The gateway takes so many aliases in one operation; the rest goes into another. */
const ALIASES = 24
const SHOWN = 8

/** Lists and JSON have no order and cannot be grouped by. */
const isPlain = ({ type }: Field) => !/^(array|object|json|map|struct|binary|bytes)/.test(type ?? '')

export function useCounts(rootField: string, dataset: Dataset, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ['counts', rootField, dataset.name],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<Counts> => {
      const fields = (dataset.fields ?? []).filter(({ readable }) => readable)
      const counts: Counts = { empty: {}, distinct: {} }
      for (let from = 0; from < fields.length; from += ALIASES) {
        const some = fields.slice(from, from + ALIASES)
        const { data } = await ask<{ at: Record<string, { count: number; countDistinct?: Record<string, number> }[]> }>(
          countsQuery(rootField, dataset, some),
          {},
          signal,
        )
        const distinct = data.at.all?.[0]?.countDistinct ?? {}
        for (const [place, { name, field }] of some.entries()) {
          const empty = data.at[`n${place}`]?.[0]?.count
          if (typeof empty === 'number') counts.empty[name] = empty
          if (typeof distinct[field] === 'number') counts.distinct[name] = distinct[field]
        }
      }
      return counts
    },
  })
}

function countsQuery(rootField: string, dataset: Dataset, fields: Field[]): string {
  const plain = fields.filter(isPlain).map(({ field }) => field)
  const all = `all: ${dataset.field}Aggregate { count ${plain.length > 0 ? `countDistinct { ${plain.join(' ')} }` : ''} }`
  const empty = fields.map(
    ({ field }, place) => `n${place}: ${dataset.field}Aggregate(where: { ${field}: { isNull: true } }) { count }`,
  )
  return `query Counts { at: ${rootField} { ${all} ${empty.join(' ')} } }`
}

/** `ordered_at` → `ORDERED_AT`, as the graph names dimensions. */
function dimension(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
  const constant = words.join('_').toUpperCase()
  return /^\d/.test(constant) ? `_${constant}` : constant
}

interface Profile {
  smallest: unknown
  largest: unknown
  bars: { value: unknown; count: number }[]
  /** By month, in their order, rather than the most frequent values. */
  byMonth: boolean
}

async function profileOf(rootField: string, dataset: Dataset, field: Field, signal: AbortSignal): Promise<Profile> {
  const byMonth = /^(date|timestamp)/.test(field.type ?? '')
  const group = byMonth ? `${field.field}Month` : field.field
  const order = byMonth ? `group: { ${group}: DESC }` : 'count: DESC'
  const bounds = /^(boolean)/.test(field.type ?? '') ? '' : `min { ${field.field} } max { ${field.field} }`
  const { data } = await ask<{
    at: {
      all?: { count: number; min?: Record<string, unknown>; max?: Record<string, unknown> }[]
      bars: { group: Record<string, unknown>; count: number }[] | null
    }
  }>(
    `query Values { at: ${rootField} {
      all: ${dataset.field}Aggregate { count ${bounds} }
      bars: ${dataset.field}Aggregate(groupBy: [${dimension(field.name)}${byMonth ? '_MONTH' : ''}], orderBy: [{ ${order} }], first: ${byMonth ? 24 : SHOWN}) { group { ${group} } count }
    } }`,
    {},
    signal,
  )
  const bars = (data.at.bars ?? []).map(({ group: values, count }) => ({ value: values[group], count }))
  const shown = byMonth ? bars.map(bar => ({ ...bar, value: String(bar.value).slice(0, 7) })) : bars
  return {
    smallest: data.at.all?.[0]?.min?.[field.field],
    largest: data.at.all?.[0]?.max?.[field.field],
    bars: byMonth ? shown.toReversed() : shown,
    byMonth,
  }
}

/** A field's most frequent values, or its months, as bars. */
export function FieldProfile({ rootField, dataset, field }: { rootField: string; dataset: Dataset; field: Field }) {
  const query = useQuery({
    queryKey: ['values', rootField, dataset.name, field.name],
    queryFn: ({ signal }) => profileOf(rootField, dataset, field, signal),
    staleTime: 60_000,
  })
  if (!isPlain(field)) return <Empty title="Lists and objects have no frequent values" />
  return (
    <Asked what="the values" query={query}>
      {({ smallest, largest, bars, byMonth }) => (
        <div className={styles.profile}>
          <div>
            <strong>{byMonth ? 'Rows a month' : `Most frequent values of ${field.name}`}</strong>
            <Bars bars={bars} />
          </div>
          {smallest !== undefined && smallest !== null && (
            <dl className={styles.terms}>
              <dt>Smallest</dt>
              <dd className="mono">{String(smallest)}</dd>
              <dt>Largest</dt>
              <dd className="mono">{String(largest)}</dd>
            </dl>
          )}
        </div>
      )}
    </Asked>
  )
}

function Bars({ bars }: Pick<Profile, 'bars'>) {
  const most = Math.max(1, ...bars.map(({ count }) => count))
  return (
    <div className={styles.bars}>
      {bars.map(({ value, count }) => (
        <Fragment key={String(value)}>
          <span className="mono">{value === null ? 'empty' : String(value).slice(0, 40)}</span>
          <span className={styles.bar} style={{ width: `${Math.max(1, (100 * count) / most)}%` }} />
          <span className="number">{number(count)}</span>
        </Fragment>
      ))}
    </div>
  )
}
