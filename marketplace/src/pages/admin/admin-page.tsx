import { lazy, type ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { useMeshProduct } from '../../api/catalogue'
import { useDiscovery } from '../../api/discovery'
import type { ManagedProduct } from '../../api/managed-product'
import type { MeshProduct } from '../../api/mesh-types'
import { Boundary } from '../../parts/boundary'
import { NotFound } from '../../parts/not-found'
import { Page } from '../../parts/page'
import { Asked, Empty } from '../../parts/states'
import look from '../product/product.module.css'
import { AdminHeader } from './admin-header'
import { Audit } from './audit'
import { Grants } from './grants'
import { Inputs } from './inputs'
import { Meanwhile } from './meanwhile'
import { NeedsGrant } from './needs-grant'
import { Quality } from './quality'
import { Runs } from './runs'
import type { TabProps } from './tab-props'

/** It brings an editor, for those who open it. */
const Pipeline = lazy(() => import('./pipeline'))

const TABS: { path: string; title: string; tab: (props: TabProps) => ReactNode }[] = [
  { path: '', title: 'Inputs', tab: Inputs },
  { path: 'pipeline', title: 'Pipeline', tab: props => <Pipeline {...props} /> },
  { path: 'runs', title: 'Runs', tab: Runs },
  { path: 'quality', title: 'Quality', tab: Quality },
  { path: 'grants', title: 'Grants', tab: Grants },
  { path: 'audit', title: 'Audit', tab: Audit },
]

/** One product, for those who answer for it: what comes in, what is made of it, and who may have it. */
export default function AdminPage() {
  const { name = '', tab = '' } = useParams()
  const query = useMeshProduct(name)
  const shown = TABS.find(({ path }) => path === tab)
  if (!shown) return <NotFound />
  return (
    <Page title={`${name}, ${shown.title.toLowerCase()} · Admin`}>
      <Asked what="the product" query={query}>
        {product => {
          if (!product)
            return (
              <Empty title={`There is no product ${name} that you may know of`}>
                <Link to="/admin">Products that you control or observe</Link>
              </Empty>
            )
          const managed = managedOf(product)
          if (!product.mayControl && !product.mayObserve) return <NeedsGrant product={product} />
          if (!managed)
            return (
              <Empty title="This product cannot be reached yet">
                It is registered, but not composed into the graph.
              </Empty>
            )
          return (
            <>
              <AdminHeader product={product} managed={managed} />
              <Meanwhile managed={managed} />
              <nav aria-label="Administration" className={look.tabs}>
                {TABS.map(({ path, title }) => (
                  <Link
                    key={path}
                    to={`/admin/${encodeURIComponent(name)}${path && `/${path}`}`}
                    aria-current={path === tab ? 'page' : undefined}
                  >
                    {title}
                  </Link>
                ))}
              </nav>
              <Boundary what={shown.title} place={`${name}/${tab}`}>
                <Described managed={managed}>{props => <shown.tab {...props} />}</Described>
              </Boundary>
            </>
          )
        }}
      </Asked>
    </Page>
  )
}

function managedOf({ name, address, rootField, mayControl }: MeshProduct): ManagedProduct | undefined {
  return address && rootField ? { name, address, rootField, mayControl: mayControl === true } : undefined
}

function Described({ managed, children }: { managed: ManagedProduct; children: (props: TabProps) => ReactNode }) {
  const query = useDiscovery(managed.rootField)
  return (
    <Asked what="what the product says of itself" query={query}>
      {described =>
        described ? (
          children({ managed, described })
        ) : (
          <Empty title="The product is silent">
            It is registered, but does not answer now. Look at its process and its log, then try again.
          </Empty>
        )
      }
    </Asked>
  )
}
