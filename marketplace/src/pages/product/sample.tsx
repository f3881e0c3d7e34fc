import { Button, Table } from '@mantine/core'
import type { Dataset, Field, Row } from '../../api/discovery'
import { useSamples } from '../../api/discovery'
import { csvOf, download } from '../../parts/csv'
import { counted } from '../../parts/numbers'
import { Asked, Empty } from '../../parts/states'
import { DatasetChoice } from './dataset-choice'
import styles from './product.module.css'
import type { TabProps } from './product-page'

/** A few rows, as the reader may read them: filtered, masked, without what is locked. */
export function Sample({ product, described }: TabProps) {
  return (
    <DatasetChoice datasets={described.datasets}>
      {dataset => <Rows rootField={product.rootField!} product={product.name} dataset={dataset} />}
    </DatasetChoice>
  )
}

function Rows({ rootField, product, dataset }: { rootField: string; product: string; dataset: Dataset }) {
  const query = useSamples(rootField)
  const readable = (dataset.fields ?? []).filter(({ readable }) => readable)
  const locked = (dataset.fields?.length ?? 0) - readable.length
  if (readable.length === 0)
    return <Empty title="You can read no field of this dataset">Ask for some under “Fields”.</Empty>
  return (
    <Asked what="the sample" query={query}>
      {found => {
        const rows = found.datasets?.find(({ name }) => name === dataset.name)?.sample ?? []
        const names = readable.map(({ name }) => name)
        if (rows.length === 0)
          return <Empty title="No rows">Nothing is published yet, or none of the rows is yours to read.</Empty>
        return (
          <>
            <p className={styles.prose}>
              {counted(rows.length, 'row')} as you may read them
              {locked > 0 && `; ${counted(locked, 'locked field')} left out`}.{' '}
              <Button
                variant="subtle"
                size="compact-sm"
                onClick={() =>
                  download(
                    `${product}-${dataset.name}-sample.csv`,
                    csvOf(
                      names,
                      rows.map(row => names.map(name => row[name])),
                    ),
                    'text/csv',
                  )
                }
              >
                Download csv
              </Button>
            </p>
            <SampleTable fields={readable} rows={rows} label={`Sample of ${dataset.name}`} />
          </>
        )
      }}
    </Asked>
  )
}

function SampleTable({ fields, rows, label }: { fields: Field[]; rows: Row[]; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={styles.rows} tabIndex={0} aria-label={label}>
      <Table horizontalSpacing="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {fields.map(({ name, type }) => (
              <Table.Th key={name} ta={side(type)}>
                <code>{name}</code>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a sample have no key and no other order.
            <Table.Tr key={place}>
              {fields.map(({ name, type }) => (
                <Table.Td key={name} ta={side(type)}>
                  {shownValue(row[name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

/** Numbers stand right, exact ones too, which come as text. */
const side = (type: string | null) =>
  /^(decimal|integer|bigint|number|double|float)/.test(type ?? '') ? 'right' : undefined

function shownValue(value: unknown) {
  if (value === null || value === undefined) return <span className={styles.null}>null</span>
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
