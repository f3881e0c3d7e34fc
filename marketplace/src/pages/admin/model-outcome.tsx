import { Table } from '@mantine/core'
import { Link } from 'react-router'
import type { useDryRun, usePutModel, Verdict } from '../../api/control'
import { type Problem, Refused } from '../../api/management'
import { counted } from '../../parts/numbers'
import { Problems } from '../../parts/problems'
import styles from './pipeline.module.css'

interface Props {
  model: string
  /** It is about another text than the editor's. */
  stale: boolean
  trying: ReturnType<typeof useDryRun>
  putting: ReturnType<typeof usePutModel>
  /** Where the run can be followed that a change begins. */
  runs: string
  go: (problem: Problem) => (() => void) | undefined
}

/** What the product said to the last try. */
export function Outcome({ model, stale, trying, putting, runs, go }: Props) {
  if (putting.isSuccess)
    return (
      <div className={`${styles.outcome} ${styles.good}`} role="status">
        {model} is in force and a run has begun. What is published stays until it ends well.{' '}
        <Link to={runs}>Follow the run</Link>
      </div>
    )
  const error = putting.error ?? trying.error
  if (error)
    return (
      <div className={`${styles.outcome} ${styles.bad}`} role="alert">
        <p>
          <strong>{putting.error ? 'Not put in force' : 'The dry run failed'}</strong>
          {stale && <span className={styles.said}> · of the SQL before your last change</span>}
        </p>
        {error instanceof Refused ? <Problems problems={error.problems} go={go} /> : error.message}
      </div>
    )
  if (!trying.data) return null
  return (
    <div className={`${styles.outcome} ${styles.good}`} role="status">
      <p>
        <strong>The dry run went well</strong>
        {trying.data.rowCount !== undefined && `: ${counted(trying.data.rowCount, 'row')}`}
        {stale && <span className={styles.said}> · of the SQL before your last change</span>}
      </p>
      {trying.data.problems.length > 0 && <Problems problems={trying.data.problems} go={go} />}
      <Rows model={model} verdict={trying.data} />
    </div>
  )
}

function Rows({ model, verdict: { rows } }: { model: string; verdict: Verdict }) {
  if (!rows) return <span className={styles.said}>Its rows are shown to those who may read everything.</span>
  const names = Object.keys(rows[0] ?? {})
  if (names.length === 0) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={styles.rows} tabIndex={0} aria-label={`Rows of ${model}`}>
      <Table verticalSpacing={4} horizontalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            {names.map(name => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a SELECT have no identity but their place.
            <Table.Tr key={index}>
              {names.map(name => (
                <Table.Td key={name}>{shown(row[name])}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function shown(value: unknown) {
  if (value === null || value === undefined) return <span className={styles.said}>null</span>
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
