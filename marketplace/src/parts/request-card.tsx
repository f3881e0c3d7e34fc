import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { AccessRequest } from '../api/mesh-types'
import { useWithdraw } from '../api/requests'
import { Ago } from './ago'
import { called } from './people'
import styles from './request-card.module.css'
import { RequestStateMark } from './request-state'

interface Props {
  request: AccessRequest
  /** Where the product is clear from the page. */
  brief?: boolean
  /** Seen by somebody else than who asked. */
  ofSomebody?: boolean
  /** How to decide, where the reader may. */
  children?: ReactNode
}

/** One request: what, why, how it stands, and what came of it. */
export function RequestCard({ request, brief = false, ofSomebody = false, children }: Props) {
  const { product, dataset, properties, reason, requestedAt, state, until } = request
  const withdraw = useWithdraw()
  const subject = called(request.requestedBy)
  const who = request.requestedByName ?? subject
  return (
    <article className={styles.card} aria-label={`${who} asks for ${properties.join(', ')} of ${product}`}>
      <div className={styles.head}>
        <h3>
          {ofSomebody && <>{who} · </>}
          {brief ? dataset : <Link to={`/products/${encodeURIComponent(product)}/access`}>{product}</Link>}
          {!brief && ` / ${dataset}`}
        </h3>
        <RequestStateMark state={state} />
      </div>
      {!children && <Properties asked={properties} granted={request.grantedProperties} />}
      {reason && <p className={styles.reason}>{reason}</p>}
      <p className={styles.soft}>
        {ofSomebody && subject !== who && `${subject}, `}
        asked <Ago at={requestedAt} />
        {until && (
          <>
            , until <Day at={until} />
          </>
        )}
        {request.decidedAt && (
          <>
            {' '}
            · decided by {called(request.decidedBy ?? 'nobody')} <Ago at={request.decidedAt} />
          </>
        )}
        {request.grantedUntil && (
          <>
            , granted until <Day at={request.grantedUntil} />
          </>
        )}
      </p>
      {hasContent(request.rowFilter) && (
        <p className={styles.soft}>
          only rows where <code>{JSON.stringify(request.rowFilter)}</code>
        </p>
      )}
      {request.comment && <blockquote className={styles.comment}>{request.comment}</blockquote>}
      {state === 'PENDING' && !ofSomebody && (
        <Button
          variant="default"
          size="compact-sm"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate(request.id)}
        >
          Withdraw
        </Button>
      )}
      {withdraw.error && <p role="alert">{withdraw.error.message}</p>}
      {children}
    </article>
  )
}

function Properties({ asked, granted }: { asked: string[]; granted: string[] | null }) {
  return (
    <ul className={styles.properties} aria-label="Fields">
      {asked.map(name => {
        const refused = granted !== null && !granted.includes(name)
        return (
          <li key={name}>
            <code>{refused ? <s>{name}</s> : name}</code>
            {refused && <span className={styles.soft}> not granted</span>}
          </li>
        )
      })}
    </ul>
  )
}

/** The day of a moment; the moment on hover. */
export function Day({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {at.slice(0, 10)}
    </time>
  )
}

function hasContent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}
