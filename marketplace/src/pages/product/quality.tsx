import IconCircleCheck from '@tabler/icons-react/icons/IconCircleCheck'
import IconCircleX from '@tabler/icons-react/icons/IconCircleX'
import type { QualityResult } from '../../api/discovery'
import { Ago } from '../../parts/ago'
import { type Column, DataTable } from '../../parts/data-table'
import { counted } from '../../parts/numbers'
import { foundWords, ifBroken } from '../../parts/promise-words'
import { Empty } from '../../parts/states'
import styles from './product.module.css'
import type { TabProps } from './product-page'

const COLUMNS: Column<QualityResult>[] = [
  {
    key: 'passed',
    title: 'Kept',
    value: ({ passed }) => (passed ? 'kept' : 'broken'),
    show: ({ passed }) =>
      passed ? (
        <span className={styles.kept}>
          <IconCircleCheck size={16} aria-hidden /> kept
        </span>
      ) : (
        <span className={styles.failed}>
          <IconCircleX size={16} aria-hidden /> broken
        </span>
      ),
  },
  { key: 'dataset', title: 'Dataset', value: ({ dataset }) => dataset, show: ({ dataset }) => <code>{dataset}</code> },
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

/** What was promised, what was found at the last publication. */
export function Quality({ product, described }: TabProps) {
  const results = (described.datasets ?? []).flatMap(({ quality }) => quality ?? [])
  const broken = results.filter(({ passed }) => !passed).length
  if (results.length === 0)
    return <Empty title="Nothing has been checked yet">Promises are checked at every publication.</Empty>
  return (
    <>
      <p className={styles.prose}>
        {broken === 0
          ? `All ${counted(results.length, 'promise')} kept`
          : `${counted(broken, 'promise')} of ${results.length} broken`}{' '}
        at the last publication, <Ago at={product.publishedAt} />.
      </p>
      <DataTable
        what="promises"
        rows={results}
        columns={COLUMNS}
        rowKey={({ dataset, property, rule, expected }) => `${dataset} ${property} ${rule} ${expected}`}
      />
    </>
  )
}
