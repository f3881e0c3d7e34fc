import { Link } from 'react-router'
import { useModels } from '../../api/control'
import type { ManagedProduct } from '../../api/managed-product'
import type { MeshProduct } from '../../api/mesh-types'
import { useRuns } from '../../api/observability'
import look from '../product/product.module.css'
import { AtAGlance } from './at-a-glance'

/** Whose product this is and how it stands, above every tab. */
export function AdminHeader({ product, managed }: { product: MeshProduct; managed: ManagedProduct }) {
  const { name, title, domain, owner } = product
  const runs = useRuns(managed).data
  const models = useModels(managed).data
  return (
    <header className={look.header}>
      <div className={look.head}>
        <h1>{title ?? name}</h1>
        {title && title !== name && <code>{name}</code>}
        <Link to={`/products/${encodeURIComponent(name)}`} className={look.end}>
          As others see it
        </Link>
      </div>
      <div className={look.facts}>
        <span>{domain}</span>
        {owner?.name && <span>{owner.name}</span>}
        <code>{product.address}</code>
        {!managed.mayControl && <span>You may look; changing takes the grant {name}:control.</span>}
      </div>
      <AtAGlance
        name={name}
        freshness={product.freshness}
        runs={runs ?? []}
        changed={models?.filter(({ overlay }) => overlay).map(model => model.name)}
      />
    </header>
  )
}
