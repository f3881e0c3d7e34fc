import IconCircleCheck from '@tabler/icons-react/icons/IconCircleCheck'
import IconCircleX from '@tabler/icons-react/icons/IconCircleX'
import type { QualityResult } from '../../api/discovery'
import { type Column, DataTable } from '../../parts/data-table'
import { foundWords, ifBroken } from '../../parts/promise-words'
import look from '../product/product.module.css'
import styles from './admin.module.css'

const COLUMNS: Column<QualityResult>[] = [
  {
    key: 'passed',
    title: 'Last result',
    value: ({ passed }) => (passed ? 'kept' : 'broken'),
    show: ({ passed }) => (
      <span className={passed ? look.kept : look.failed}>
        {passed ? <IconCircleCheck size={16} aria-hidden /> : <IconCircleX size={16} aria-hidden />}
        {passed ? 'kept' : 'broken'}
      </span>
    ),
  },
  {
    key: 'property',
    title: 'Field',
    value: ({ property }) => property,
    show: ({ property }) => (property ? <code>{property}</code> : <span className={styles.soft}>all rows</span>),
  },
  { key: 'rule', title: 'Rule', value: ({ rule }) => rule },
  { key: 'expected', title: 'Promised', value: ({ expected }) => foundWords(expected) },
  { key: 'actual', title: 'Found', value: ({ actual }) => foundWords(actual) },
  { key: 'severity', title: 'If broken', value: ({ severity }) => ifBroken(severity) },
]

/** All that was checked at the last publication: the contract's rules on fields, too. */
export function QualityResults({ results }: { results: QualityResult[] }) {
  return (
    <section className={look.section}>
      <h2>What the last publication kept</h2>
      <DataTable
        what="promises"
        rows={results}
        columns={COLUMNS}
        sortedBy="passed"
        rowKey={({ property, rule, expected }) => `${property} ${rule} ${expected}`}
      />
    </section>
  )
}
