import { Button } from '@mantine/core'
import { Link } from 'react-router'
import type { MeshProduct } from '../../api/mesh-types'
import { signInUrl, useSession } from '../../api/session'
import { Ago } from '../../parts/ago'
import { Copyable } from '../../parts/copy'
import { FreshnessMark } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import styles from './product.module.css'

/** What it is, whose, how it stands, where it is; and what the reader may read of it. */
export function ProductHeader({ product }: { product: MeshProduct }) {
  const { name, title, description, domain, owner, version, status, publication, publishedAt, quality } = product
  const promises = (quality?.passed ?? 0) + (quality?.failed ?? 0)
  return (
    <header className={styles.header}>
      <div className={styles.head}>
        <h1>{title ?? name}</h1>
        {title && title !== name && <code>{name}</code>}
        {(product.mayControl || product.mayObserve) && (
          <Button component={Link} to={`/admin/${encodeURIComponent(name)}`} variant="default" className={styles.end!}>
            Administer
          </Button>
        )}
      </div>
      {description && <p className={styles.purpose}>{description}</p>}
      <div className={styles.facts}>
        <Link to={`/products?${new URLSearchParams({ domain: domain ?? '' })}`}>{domain}</Link>
        {owner?.name && <Link to={`/products?${new URLSearchParams({ owner: owner.name })}`}>{owner.name}</Link>}
        <span>
          version {version}
          {status && status !== 'active' && `, ${status}`}
        </span>
        <FreshnessMark freshness={product.freshness} />
        {publication !== null && (
          <span>
            publication {publication}, <Ago at={publishedAt} />
          </span>
        )}
        {promises > 0 && (
          <span>
            {quality?.passed} of {counted(promises, 'promise')} kept
          </span>
        )}
        {product.address && <Copyable text={location.origin + product.address} what="the address" />}
      </div>
      <Readable product={product} />
    </header>
  )
}

function Readable({ product: { name, access, readableCount, fieldCount } }: { product: MeshProduct }) {
  const session = useSession()
  if (readableCount === null || fieldCount === null) return null
  const locked = fieldCount - readableCount
  if (access === 'ALL' || locked === 0)
    return <p className={styles.readable}>You can read all of its {counted(fieldCount, 'field')}.</p>
  return (
    <p className={styles.readable}>
      You can read {readableCount} of {counted(fieldCount, 'field')}.{' '}
      {session?.signedIn ? (
        <Link to={`/products/${encodeURIComponent(name)}/fields?ask=1`}>
          Ask for the other {locked > 1 ? locked : 'one'}
        </Link>
      ) : session?.signInAvailable ? (
        <>
          <a href={signInUrl()}>Sign in</a> to read more, or to ask for it.
        </>
      ) : null}
    </p>
  )
}
