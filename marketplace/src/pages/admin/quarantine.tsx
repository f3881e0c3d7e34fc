import type { ManagedProduct } from '../../api/managed-product'
import { QUARANTINE_SHOWN, type QuarantinedRow, useQuarantine } from '../../api/observability'
import { type Column, DataTable } from '../../parts/data-table'
import { number } from '../../parts/numbers'
import { Asked } from '../../parts/states'
import styles from './admin.module.css'

const COLUMNS: Column<QuarantinedRow>[] = [
  {
    key: 'file',
    title: 'File',
    value: ({ file }) => file,
    show: ({ file }) => <code>{file.split(/[\\/]/).at(-1)}</code>,
  },
  { key: 'line', title: 'Line', right: true, value: ({ line }) => line },
  {
    key: 'property',
    title: 'Field',
    value: ({ property }) => property,
    show: ({ property }) => (property ? <code>{property}</code> : <span className={styles.soft}>whole row</span>),
  },
  { key: 'reason', title: 'Why', value: ({ reason }) => reason },
  {
    key: 'text',
    title: 'As received',
    value: ({ text }) => text,
    show: ({ text }) =>
      text ? <span className={styles.raw}>{text}</span> : <span className={styles.soft}>for those who control it</span>,
  },
]

/** Rows that did not fit their contract: where they stand, why they were left out, and how they came. */
export function Quarantine({ managed, port }: { managed: ManagedProduct; port: string }) {
  const query = useQuarantine(managed, port)
  return (
    <Asked what="the quarantine" query={query}>
      {rows => (
        <div className={styles.more}>
          <p className={styles.soft}>
            {rows.length === 0
              ? 'Every row fits its contract.'
              : `Left out of the data. Correct them at their source, or loosen the input's contract; the next run takes them.${rows.length === QUARANTINE_SHOWN ? ` The first ${number(rows.length)} are shown.` : ''}`}
          </p>
          {rows.length > 0 && (
            <DataTable
              what="quarantined rows"
              id="q-"
              rows={rows}
              columns={COLUMNS}
              rowKey={({ sha256, line, property }) => `${sha256} ${line} ${property ?? ''}`}
            />
          )}
        </div>
      )}
    </Asked>
  )
}
