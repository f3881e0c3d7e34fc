import { Link } from 'react-router'
import { useMe } from '../../api/caller'
import { useDiscovery } from '../../api/discovery'
import type { MeshProduct } from '../../api/mesh-types'
import { signInUrl, useSession } from '../../api/session'
import { Copyable } from '../../parts/copy'
import look from '../product/product.module.css'

/** For whoever may not: which grant it takes, who gives it, and what to tell them. */
export function NeedsGrant({ product: { name, title, owner, rootField } }: { product: MeshProduct }) {
  const session = useSession()
  const me = useMe().data
  const support = useDiscovery(rootField).data?.support ?? []
  return (
    <>
      <h1 style={{ fontSize: 24, marginTop: 0 }}>You do not administer {title ?? name}</h1>
      {session?.signedIn ? (
        <>
          <p className={look.prose}>
            Looking at its inputs, runs and audit takes the grant <code>{name}:observe</code>; changing it takes{' '}
            <code>{name}:control</code>. {owner?.name ? `${owner.name} gives them.` : 'Its owner gives them.'}
          </p>
          {support.length > 0 && (
            <p className={look.prose}>
              Ask here:{' '}
              {support.map(({ channel, url }, index) => (
                <span key={`${channel}${url}`}>
                  {index > 0 && ' · '}
                  {url && /^(https?:|mailto:)/i.test(url) ? <a href={url}>{channel ?? url}</a> : channel}
                </span>
              ))}
            </p>
          )}
          {me && (
            <p className={look.prose}>
              What they need to put in under Grants:{' '}
              <Copyable
                text={JSON.stringify({ subject: me.subject, actions: ['observe'], dataset: '*' })}
                what="the grant"
              />
            </p>
          )}
        </>
      ) : (
        <p className={look.prose}>
          You are a visitor.{' '}
          {session?.signInAvailable ? (
            <>
              <a href={signInUrl()}>Sign in</a> as somebody who controls or observes it.
            </>
          ) : (
            'This gateway has no way to sign in.'
          )}
        </p>
      )}
      <Link to={`/products/${encodeURIComponent(name)}`}>What everybody may know of {title ?? name}</Link>
    </>
  )
}
