import { lazy } from 'react'
import { Link, useParams } from 'react-router'
import { useMeshProduct } from '../../api/catalogue'
import { type Discovered, useDiscovery } from '../../api/discovery'
import type { MeshProduct } from '../../api/mesh-types'
import { Boundary } from '../../parts/boundary'
import { NotFound } from '../../parts/not-found'
import { Page } from '../../parts/page'
import { Asked, Empty } from '../../parts/states'
import { Access } from './access'
import { Fields } from './fields'
import { Overview } from './overview'
import styles from './product.module.css'
import { ProductHeader } from './product-header'
import { Publications } from './publications'
import { Quality } from './quality'
import { Sample } from './sample'
import { UseIt } from './use-it'

const Lineage = lazy(() => import('./lineage'))

/** What a tab is given: the product as the catalogue and as it itself describe it. */
export interface TabProps {
  product: MeshProduct
  described: Discovered
}

const TABS: { path: string; title: string; tab: (props: TabProps) => React.ReactNode }[] = [
  { path: '', title: 'Overview', tab: Overview },
  { path: 'fields', title: 'Fields', tab: Fields },
  { path: 'sample', title: 'Sample', tab: Sample },
  { path: 'quality', title: 'Quality', tab: Quality },
  { path: 'lineage', title: 'Lineage', tab: Lineage as unknown as (props: TabProps) => React.ReactNode },
  { path: 'use', title: 'Use it', tab: UseIt },
  { path: 'publications', title: 'Publications', tab: Publications },
  { path: 'access', title: 'Access', tab: Access },
]

/** One data product: what it is, what it means, whether to trust it and how to get it. Each tab has its URL. */
export default function ProductPage() {
  const { name = '', tab = '' } = useParams()
  const query = useMeshProduct(name)
  const shown = TABS.find(({ path }) => path === tab)
  if (!shown) return <NotFound />
  return (
    <Page title={shown.path ? `${name}, ${shown.title.toLowerCase()}` : name}>
      <Asked what="the product" query={query}>
        {product =>
          product ? (
            <>
              <ProductHeader product={product} />
              <nav aria-label="About this product" className={styles.tabs}>
                {TABS.map(({ path, title }) => (
                  <Link
                    key={path}
                    to={`/products/${encodeURIComponent(name)}${path && `/${path}`}`}
                    aria-current={path === tab ? 'page' : undefined}
                  >
                    {title}
                  </Link>
                ))}
              </nav>
              <Boundary what={shown.title} place={`${name}/${tab}`}>
                <Described product={product}>{described => <shown.tab {...{ product, described }} />}</Described>
              </Boundary>
            </>
          ) : (
            <Empty title={`There is no product ${name} that you may know of`}>
              It may have another name, or be shown only to some. <Link to="/products">All products</Link>
            </Empty>
          )
        }
      </Asked>
    </Page>
  )
}

function Described({
  product,
  children,
}: {
  product: MeshProduct
  children: (described: Discovered) => React.ReactNode
}) {
  const query = useDiscovery(product.rootField)
  if (!product.rootField)
    return (
      <Empty title="This product answers nothing in the graph yet">It is registered, but not composed into it.</Empty>
    )
  return (
    <Asked what="what the product says of itself" query={query}>
      {described =>
        described ? (
          children(described)
        ) : (
          <Empty title="The product is silent">
            The catalogue knows it, but it does not answer now. Try again in a minute, or ask its owner.
          </Empty>
        )
      }
    </Asked>
  )
}
