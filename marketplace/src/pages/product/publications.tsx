import { Link } from 'react-router'
import type { Publication } from '../../api/discovery'
import { Ago } from '../../parts/ago'
import { type Column, DataTable } from '../../parts/data-table'
import { Chip } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import styles from './product.module.css'
import type { TabProps } from './product-page'

/** Each load of the data, what it was made of, and how to read it as it was. */
export function Publications({ product, described }: TabProps) {
  // What the reader can read a field of; each at its own address, as it was then.
  const addresses = new Map(
    (described.datasets ?? [])
      .filter(({ address, fields }) => address && fields?.some(({ readable }) => readable))
      .map(({ name, address }) => [name, address]),
  )
  const columns: Column<Publication>[] = [
    {
      key: 'number',
      title: 'Number',
      value: ({ number }) => number,
      show: ({ number, current }) => (
        <span className={styles.fieldName}>
          {number} {current && <Chip>in force</Chip>}
        </span>
      ),
    },
    {
      key: 'at',
      title: 'Published',
      value: ({ publishedAt }) => publishedAt,
      show: ({ publishedAt }) => <Ago at={publishedAt} />,
    },
    {
      key: 'datasets',
      title: 'Datasets',
      value: ({ datasets }) => (datasets ?? []).map(datasetWords).join('; '),
      show: ({ number, datasets }) => (
        <>
          {(datasets ?? []).map(one => (
            <div key={one.dataset}>
              {datasetWords(one)}
              {addresses.has(one.dataset) && (
                <>
                  {' · '}
                  <a
                    href={`${addresses.get(one.dataset)}.csv?asOf=${number}`}
                    aria-label={`${one.dataset} of publication ${number} as csv`}
                    download
                  >
                    csv
                  </a>
                </>
              )}
            </div>
          ))}
        </>
      ),
    },
    {
      key: 'inputs',
      title: 'Made of',
      value: ({ inputs }) => (inputs ?? []).map(sourceWords).join('; '),
      show: ({ inputs }) => (
        <>
          {(inputs ?? []).map(input => (
            <div key={`${input.port}${input.upstream?.dataset}`}>
              <code>{input.port}</code>{' '}
              {input.upstream?.product ? (
                <>
                  <Link to={`/products/${encodeURIComponent(input.upstream.product)}`}>{input.upstream.product}</Link>,
                  publication {input.upstream.publication}
                </>
              ) : (
                counted(input.files ?? 0, 'file')
              )}
            </div>
          ))}
        </>
      ),
    },
  ]
  return (
    <>
      <p className={styles.prose}>
        A publication never changes. Readers keep the one that they began with; <code>asOf</code> reads an older one.
      </p>
      <DataTable
        what="publications"
        rows={described.publications ?? []}
        columns={columns}
        sortedBy="-number"
        rowKey={({ number }) => String(number)}
      />
      {product.publication === null && <p className={styles.soft}>Nothing is in force yet.</p>}
    </>
  )
}

function sourceWords(input: NonNullable<Publication['inputs']>[number]): string {
  const { port, files, upstream } = input
  return upstream ? `${port}: ${upstream.product} ${upstream.publication}` : `${port}: ${counted(files ?? 0, 'file')}`
}

function datasetWords({ dataset, rowCount }: NonNullable<Publication['datasets']>[number]): string {
  return rowCount === null ? dataset : `${dataset}: ${counted(rowCount, 'row')}`
}
