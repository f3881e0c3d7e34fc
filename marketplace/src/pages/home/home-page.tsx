import { lazy, Suspense } from 'react'
import { Link } from 'react-router'
import { EVERYTHING, useSearch } from '../../api/catalogue'
import type { MeshProduct } from '../../api/mesh-types'
import { signInUrl, useSession } from '../../api/session'
import { Ago } from '../../parts/ago'
import { Boundary } from '../../parts/boundary'
import { AccessMark, FreshnessMark } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import { Page } from '../../parts/page'
import { SearchBox } from '../../parts/search-box'
import { Asked, Empty, Loading } from '../../parts/states'
import styles from './home.module.css'

const MeshMap = lazy(() => import('./mesh-map'))

/** As many as one answer holds; beyond that the map would be no map any more. */
const ON_THE_MAP = 200
const SHOWN = 5

/** Search on top; what was just published, what I have, and the mesh as a map. */
export function HomePage() {
  const query = useSearch(EVERYTHING, ON_THE_MAP)
  return (
    <Page title="Home">
      <h1 className={styles.title}>Find data</h1>
      <SearchBox size="md" />
      <Asked what="the mesh" query={query}>
        {({ products, total }) =>
          products.length === 0 ? (
            <Empty title="There is nothing here that you may know of">
              Sign in, or publish a first product with <code>npx terrane publish</code>.
            </Empty>
          ) : (
            <>
              <div className={styles.lists}>
                <JustPublished products={products} />
                <Mine products={products} />
              </div>
              <section className={styles.map}>
                <div className={styles.head}>
                  <h2>The mesh</h2>
                  <span>
                    {counted(total, 'product')}; arrows point from what is read to what is made of it
                    {total > products.length && `; the first ${products.length} are shown`}
                  </span>
                </div>
                <Boundary what="The map">
                  <Suspense fallback={<Loading what="the map" />}>
                    <MeshMap products={products} />
                  </Suspense>
                </Boundary>
              </section>
            </>
          )
        }
      </Asked>
    </Page>
  )
}

function JustPublished({ products }: { products: MeshProduct[] }) {
  const newest = products
    .filter(({ publishedAt }) => publishedAt)
    .toSorted((one, other) => other.publishedAt!.localeCompare(one.publishedAt!))
    .slice(0, SHOWN)
  return (
    <section>
      <h2>Just published</h2>
      {newest.length === 0 && <p className={styles.none}>Nothing is published yet.</p>}
      <ul className={styles.list}>
        {newest.map(product => (
          <Line key={product.name} product={product}>
            <FreshnessMark freshness={product.freshness} />
            <span className={styles.when}>
              no. {product.publication} · <Ago at={product.publishedAt} />
            </span>
          </Line>
        ))}
      </ul>
    </section>
  )
}

function Mine({ products }: { products: MeshProduct[] }) {
  const session = useSession()
  const mine = products
    .filter(({ access }) => access === 'ALL' || access === 'SOME')
    .toSorted((one, other) => (other.readableCount ?? 0) - (one.readableCount ?? 0))
  return (
    <section>
      <h2>What I can read</h2>
      {mine.length === 0 && <p className={styles.none}>Nothing yet. Open a product and ask for access.</p>}
      <ul className={styles.list}>
        {mine.slice(0, SHOWN).map(product => (
          <Line key={product.name} product={product}>
            <AccessMark access={product.access} readable={product.readableCount} fields={product.fieldCount} />
          </Line>
        ))}
      </ul>
      {mine.length > SHOWN && (
        <Link to="/products?access=ALL&access=SOME" className={styles.all}>
          All {counted(mine.length, 'product')} that I can read
        </Link>
      )}
      {session && !session.signedIn && session.signInAvailable && (
        <p className={styles.none}>
          You are a visitor and see what is public. <a href={signInUrl()}>Sign in</a> to see what you have been granted.
        </p>
      )}
    </section>
  )
}

function Line({ product, children }: { product: MeshProduct; children: React.ReactNode }) {
  return (
    <li>
      <Link to={`/products/${encodeURIComponent(product.name)}`}>{product.title ?? product.name}</Link>
      <span className={styles.facts}>{children}</span>
    </li>
  )
}
