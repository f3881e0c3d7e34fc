import { Button } from '@mantine/core'
import { useState } from 'react'
import { useSearch } from '../../api/catalogue'
import { counted } from '../../parts/numbers'
import { Page } from '../../parts/page'
import { ProductRow } from '../../parts/product-row'
import { SearchBox } from '../../parts/search-box'
import { Asked, Empty } from '../../parts/states'
import { Facets } from './facets'
import styles from './products.module.css'
import { useWanted } from './wanted'

const PAGE = 50
const LARGEST_PAGE = 200

/** All products, by words and facets. The URL holds what is looked for. */
export default function ProductsPage() {
  const { wanted, chosen, change, clear } = useWanted()
  const [first, setFirst] = useState(PAGE)
  const query = useSearch(wanted, first)
  return (
    <Page title="Products">
      <h1 className={styles.title}>Data products</h1>
      <SearchBox size="md" />
      <Asked what="products" query={query}>
        {({ products, total, facets, next }) => (
          <div className={styles.columns}>
            <Facets facets={facets} wanted={wanted} change={change} />
            <section aria-label="Results">
              <p className={styles.count} role="status">
                {wanted.text || chosen > 0
                  ? `${counted(total, 'product')} ${wanted.text ? `for “${wanted.text}”` : 'that fit'}`
                  : counted(total, 'product')}
                {chosen > 0 && (
                  <Button variant="subtle" size="compact-sm" onClick={clear}>
                    Clear {counted(chosen, 'filter')}
                  </Button>
                )}
              </p>
              {products.length === 0 ? (
                <Empty title="Nothing fits">
                  {chosen > 0
                    ? 'Clear a filter on the left, or look for other words.'
                    : 'Look for other words: names, datasets, fields and purposes are searched. Products that you may not know of are not listed; signing in may show more.'}
                </Empty>
              ) : (
                <ul className={styles.list}>
                  {products.map(product => (
                    <ProductRow key={product.name} product={product} />
                  ))}
                </ul>
              )}
              {next && first < LARGEST_PAGE && (
                <Button variant="default" loading={query.isFetching} onClick={() => setFirst(first + PAGE)}>
                  Show more
                </Button>
              )}
            </section>
          </div>
        )}
      </Asked>
    </Page>
  )
}
