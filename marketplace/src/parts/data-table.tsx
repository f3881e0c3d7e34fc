import { ActionIcon, Checkbox, Table, TextInput, Tooltip } from '@mantine/core'
import IconArrowDown from '@tabler/icons-react/icons/IconArrowDown'
import IconArrowUp from '@tabler/icons-react/icons/IconArrowUp'
import IconDownload from '@tabler/icons-react/icons/IconDownload'
import IconSearch from '@tabler/icons-react/icons/IconSearch'
import { type ReactNode, useMemo } from 'react'
import { csvOf, download } from './csv'
import styles from './data-table.module.css'
import { counted, number } from './numbers'
import { useUrlState } from './url-state'

export interface Column<Row> {
  /** Unique in the table; stands in the URL where the table is sorted by it. */
  key: string
  title: string
  /** What it sorts, filters and exports by. */
  value: (row: Row) => string | number | boolean | null | undefined
  /** What is shown; the value where it is not given. */
  show?: (row: Row) => ReactNode
  /** Numbers stand right. */
  right?: boolean
}

interface Props<Row> {
  /** What the rows are, in the plural: for the filter, the empty table and the file's name. */
  what: string
  rows: Row[]
  columns: Column<Row>[]
  rowKey: (row: Row) => string
  /** Told apart in the URL where a page has several tables. */
  id?: string
  /** `column` or `-column`, before the reader chooses. */
  sortedBy?: string
  /** Chosen rows, where rows can be chosen. */
  chosen?: { keys: Set<string>; choose: (keys: Set<string>) => void; may?: (row: Row) => boolean }
  /** What stands beside the filter. */
  tools?: ReactNode
  /** Whether what is shown can be had as csv; not where the page has a whole one. */
  exports?: boolean
  /** Below a row, where it has something more to show. */
  below?: (row: Row) => ReactNode
}

/** A table that sorts, filters and exports. What the reader chose stands in the URL. */
export function DataTable<Row>({
  what,
  rows,
  columns,
  rowKey,
  id = '',
  sortedBy = '',
  chosen,
  tools,
  exports = true,
  below,
}: Props<Row>) {
  const [sort, setSort] = useUrlState(`${id}sort`, sortedBy)
  const [filter, setFilter] = useUrlState(`${id}filter`)
  const shown = useMemo(() => arrange(rows, columns, sort, filter), [rows, columns, sort, filter])
  const sortKey = sort.replace(/^-/, '')
  const descending = sort.startsWith('-')
  const exported = () =>
    download(
      `${what.replaceAll(' ', '-')}.csv`,
      csvOf(
        columns.map(({ title }) => title),
        shown.map(row => columns.map(({ value }) => value(row))),
      ),
      'text/csv',
    )
  return (
    <div className={styles.frame}>
      <div className={styles.tools}>
        <TextInput
          value={filter}
          onChange={event => setFilter(event.currentTarget.value)}
          placeholder={`Filter ${counted(rows.length, what.replace(/ies$/, 'y').replace(/s$/, ''), what)}`}
          aria-label={`Filter ${what}`}
          leftSection={<IconSearch size={14} aria-hidden />}
          className={styles.filter}
        />
        {tools}
        {exports && (
          <Tooltip label="Download what is shown as csv">
            <ActionIcon variant="default" size={36} onClick={exported} aria-label={`Download ${what} as csv`}>
              <IconDownload size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={styles.scroll} tabIndex={0} aria-label={what}>
        <Table className={styles.table} verticalSpacing={6} horizontalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              {chosen && <Table.Th className={styles.check}>{allBox(shown, rowKey, chosen, what)}</Table.Th>}
              {columns.map(({ key, title, right }) => (
                <Table.Th
                  key={key}
                  aria-sort={key === sortKey ? (descending ? 'descending' : 'ascending') : 'none'}
                  className={right ? styles.right : undefined}
                >
                  <button
                    type="button"
                    className={styles.sort}
                    onClick={() => setSort(key === sortKey && !descending ? `-${key}` : key)}
                  >
                    {title}
                    {key === sortKey &&
                      (descending ? <IconArrowDown size={14} aria-hidden /> : <IconArrowUp size={14} aria-hidden />)}
                  </button>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(row => (
              <Rows key={rowKey(row)} row={row} {...{ columns, rowKey, chosen, below }} />
            ))}
          </Table.Tbody>
        </Table>
        {shown.length === 0 && (
          <p className={styles.none} role="status">
            {rows.length === 0
              ? `There are no ${what} yet.`
              : `None of the ${number(rows.length)} ${what} match “${filter}”.`}
          </p>
        )}
      </section>
    </div>
  )
}

function Rows<Row>({
  row,
  columns,
  rowKey,
  chosen,
  below,
}: { row: Row } & Pick<Props<Row>, 'columns' | 'rowKey' | 'chosen' | 'below'>) {
  const key = rowKey(row)
  const more = below?.(row)
  return (
    <>
      <Table.Tr data-chosen={chosen?.keys.has(key) || undefined}>
        {chosen && (
          <Table.Td className={styles.check}>
            {(chosen.may?.(row) ?? true) && (
              <Checkbox
                size="xs"
                aria-label={`Choose ${key}`}
                checked={chosen.keys.has(key)}
                onChange={event => {
                  const keys = new Set(chosen.keys)
                  if (event.currentTarget.checked) keys.add(key)
                  else keys.delete(key)
                  chosen.choose(keys)
                }}
              />
            )}
          </Table.Td>
        )}
        {columns.map(column => (
          <Table.Td key={column.key} className={column.right ? styles.right : undefined}>
            {column.show ? column.show(row) : plain(column.value(row))}
          </Table.Td>
        ))}
      </Table.Tr>
      {more && (
        <Table.Tr className={styles.more}>
          <Table.Td colSpan={columns.length + (chosen ? 1 : 0)}>{more}</Table.Td>
        </Table.Tr>
      )}
    </>
  )
}

function allBox<Row>(
  shown: Row[],
  rowKey: (row: Row) => string,
  chosen: NonNullable<Props<Row>['chosen']>,
  what: string,
) {
  const keys = shown.filter(row => chosen.may?.(row) ?? true).map(rowKey)
  if (keys.length === 0) return null
  const all = keys.every(key => chosen.keys.has(key))
  return (
    <Checkbox
      size="xs"
      aria-label={`Choose all ${what} that can be chosen`}
      checked={all}
      indeterminate={!all && keys.some(key => chosen.keys.has(key))}
      onChange={() => chosen.choose(new Set(all ? [] : keys))}
    />
  )
}

function plain(value: string | number | boolean | null | undefined): ReactNode {
  if (value === null || value === undefined || value === '') return <span className={styles.nothing}>–</span>
  if (typeof value === 'number') return number(value)
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
}

function arrange<Row>(rows: Row[], columns: Column<Row>[], sort: string, filter: string): Row[] {
  const wanted = filter.trim().toLowerCase()
  const kept = wanted
    ? rows.filter(row =>
        columns.some(({ value }) =>
          String(value(row) ?? '')
            .toLowerCase()
            .includes(wanted),
        ),
      )
    : rows
  const by = columns.find(({ key }) => key === sort.replace(/^-/, ''))
  if (!by) return kept
  const turn = sort.startsWith('-') ? -1 : 1
  return kept.toSorted((one, other) => compare(by.value(one), by.value(other), turn))
}

/** Missing values come last, whichever way. */
function compare(one: unknown, other: unknown, turn: number): number {
  const missing = (value: unknown) => value === null || value === undefined || value === ''
  if (missing(one) || missing(other)) return Number(missing(one)) - Number(missing(other))
  if (typeof one === 'number' && typeof other === 'number') return turn * (one - other)
  return turn * String(one).localeCompare(String(other), 'en', { numeric: true })
}
