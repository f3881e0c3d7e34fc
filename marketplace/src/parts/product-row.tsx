import { Link } from 'react-router'
import type { MeshProduct } from '../api/mesh-types'
import { Ago } from './ago'
import { AccessMark, FreshnessMark } from './marks'
import styles from './product-row.module.css'

/** A product in a list: what it is, whose, how new, and how much of it the reader may read. */
export function ProductRow({ product }: { product: MeshProduct }) {
  const { name, title, domain, owner, description } = product
  return (
    <li className={styles.row}>
      <div className={styles.head}>
        <Link to={`/products/${encodeURIComponent(name)}`} className={styles.title}>
          {title ?? name}
        </Link>
        {title && title !== name && <code className={styles.name}>{name}</code>}
      </div>
      {description && <p className={styles.about}>{description}</p>}
      <div className={styles.facts}>
        <span>{domain}</span>
        {owner?.name && <span>{owner.name}</span>}
        <FreshnessMark freshness={product.freshness} />
        {product.publishedAt && (
          <span>
            published <Ago at={product.publishedAt} />
          </span>
        )}
        <AccessMark access={product.access} readable={product.readableCount} fields={product.fieldCount} />
      </div>
    </li>
  )
}
