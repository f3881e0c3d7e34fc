import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { useMe } from '../../api/caller'
import type { Dataset } from '../../api/discovery'
import { useRequests } from '../../api/requests'
import { signInUrl, useSession } from '../../api/session'
import { AccessMark } from '../../parts/marks'
import { RequestCard } from '../../parts/request-card'
import { Asked, Empty } from '../../parts/states'
import { OnlyRows } from './only-rows'
import styles from './product.module.css'
import type { TabProps } from './product-page'

/** What the reader has, why and until when; what he asked for. */
export function Access({ product, described }: TabProps) {
  const session = useSession()
  const me = useMe()
  const roles = me.data?.roles ?? []
  return (
    <div className={styles.columns}>
      <section className={styles.section}>
        <h2>What you have</h2>
        <ul className={styles.plain}>
          {(described.datasets ?? []).map(dataset => (
            <Have key={dataset.name} product={product.name} dataset={dataset} />
          ))}
        </ul>
        <p className={styles.soft}>
          {session?.signedIn
            ? roles.length > 0
              ? `Apart from what you asked for and were granted, this follows from ${roles.length > 1 ? 'your roles' : 'your role'}: ${roles.join(', ')}.`
              : 'Apart from what you asked for and were granted, this is open to everybody who is signed in.'
            : 'You are a visitor: what is open here is open to everybody.'}
        </p>
      </section>
      <section className={styles.section}>
        <h2>What you asked for</h2>
        {session?.signedIn ? (
          <Mine product={product.name} />
        ) : (
          <Empty title="Nobody is signed in">
            {session?.signInAvailable ? (
              <>
                <a href={signInUrl()}>Sign in</a> to ask for access.
              </>
            ) : (
              'This gateway has no way to sign in; send a token with your requests.'
            )}
          </Empty>
        )}
      </section>
    </div>
  )
}

function Have({ product, dataset }: { product: string; dataset: Dataset }) {
  const fields = dataset.fields ?? []
  const readable = fields.filter(({ readable }) => readable)
  const masked = readable.filter(({ mask }) => mask)
  const access = readable.length === 0 ? 'NONE' : readable.length === fields.length ? 'ALL' : 'SOME'
  const parameters = new URLSearchParams({ dataset: dataset.name, ask: '1' })
  return (
    <li>
      <div className={styles.line}>
        <code>{dataset.name}</code>
        <AccessMark access={access} readable={readable.length} fields={fields.length} />
        {access !== 'ALL' && (
          <Button
            component={Link}
            size="compact-sm"
            variant="default"
            to={`/products/${encodeURIComponent(product)}/fields?${parameters}`}
          >
            Ask for more
          </Button>
        )}
      </div>
      <OnlyRows dataset={dataset} />
      {masked.map(({ name, mask }) => (
        <div key={name} className={styles.soft}>
          <code>{name}</code>: readable, {mask}
        </div>
      ))}
      {access === 'SOME' && (
        <div className={styles.soft}>
          locked:{' '}
          {fields
            .filter(({ readable }) => !readable)
            .map(({ name }) => name)
            .join(', ')}
        </div>
      )}
    </li>
  )
}

function Mine({ product }: { product: string }) {
  const query = useRequests('MINE', { product })
  return (
    <Asked what="your requests" query={query}>
      {({ requests }) =>
        requests.length === 0 ? (
          <p className={styles.soft}>Nothing yet. Choose fields under “Fields” and say what you need them for.</p>
        ) : (
          requests.map(request => <RequestCard key={request.id} request={request} brief />)
        )
      }
    </Asked>
  )
}
