import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { Dataset } from '../../api/discovery'
import { Empty } from '../../parts/states'
import styles from './product.module.css'

/** One dataset of the product at a time; which one stands in the URL. */
export function DatasetChoice({
  datasets,
  children,
}: {
  datasets: Dataset[] | null
  children: (dataset: Dataset) => ReactNode
}) {
  const [parameters] = useSearchParams()
  const known = datasets ?? []
  const shown = known.find(({ name }) => name === parameters.get('dataset')) ?? known[0]
  if (!shown)
    return <Empty title="No dataset that you may know of">Sign in, or ask the product's owner what it holds.</Empty>
  return (
    <>
      {known.length > 1 && (
        <nav aria-label="Datasets" className={styles.datasets}>
          {known.map(({ name }) => (
            <Link
              key={name}
              to={`?${new URLSearchParams({ dataset: name })}`}
              aria-current={name === shown.name || undefined}
            >
              {name}
            </Link>
          ))}
        </nav>
      )}
      {children(shown)}
    </>
  )
}
