import { Link } from 'react-router'
import type { AccessRequest } from '../../api/mesh-types'
import { type Scope, useRequests } from '../../api/requests'
import { signInUrl, useSession } from '../../api/session'
import { Page } from '../../parts/page'
import { RequestCard } from '../../parts/request-card'
import { Asked, Empty } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import { DecideForm } from './decide-form'
import styles from './requests.module.css'

const SHOWN: { key: string; title: string; scope: Scope }[] = [
  { key: 'mine', title: 'Mine', scope: 'MINE' },
  { key: 'decide', title: 'To decide', scope: 'TO_DECIDE' },
  { key: 'all', title: 'All I may see', scope: 'ALL_I_MAY_SEE' },
]

/** Requests for access: mine, and those that wait for me. */
export default function RequestsPage() {
  const session = useSession()
  const [key] = useUrlState('show', 'mine')
  const shown = SHOWN.find(one => one.key === key) ?? SHOWN[0]!
  return (
    <Page title="Requests">
      <h1 className={styles.title}>Requests for access</h1>
      {session && !session.signedIn ? (
        <Empty title="Nobody is signed in">
          {session.signInAvailable ? (
            <>
              <a href={signInUrl()}>Sign in</a> to see what you asked for and what waits for your decision.
            </>
          ) : (
            'This gateway has no way to sign in.'
          )}
        </Empty>
      ) : (
        <>
          <nav aria-label="Which requests" className={styles.which}>
            {SHOWN.map(({ key, title }) => (
              <Link
                key={key}
                to={key === 'mine' ? '/requests' : `?show=${key}`}
                aria-current={key === shown.key ? 'page' : undefined}
              >
                {title}
              </Link>
            ))}
          </nav>
          <Requests scope={shown.scope} me={session?.subject} />
        </>
      )}
    </Page>
  )
}

function Requests({ scope, me }: { scope: Scope; me: string | undefined }) {
  const query = useRequests(scope)
  return (
    <Asked what="requests" query={query}>
      {({ requests }) => (requests.length === 0 ? <Nothing scope={scope} /> : <List requests={requests} me={me} />)}
    </Asked>
  )
}

/** What waits comes first. */
function List({ requests, me }: { requests: AccessRequest[]; me: string | undefined }) {
  const waiting = requests.filter(({ state }) => state === 'PENDING')
  const done = requests.filter(({ state }) => state !== 'PENDING')
  return (
    <div className={styles.list}>
      {waiting.map(request => (
        <RequestCard key={request.id} request={request} ofSomebody={request.requestedBy !== me}>
          {request.mayDecide && <DecideForm request={request} />}
        </RequestCard>
      ))}
      {done.length > 0 && waiting.length > 0 && <h2>Done</h2>}
      {done.map(request => (
        <RequestCard key={request.id} request={request} ofSomebody={request.requestedBy !== me} />
      ))}
    </div>
  )
}

function Nothing({ scope }: { scope: Scope }) {
  if (scope === 'TO_DECIDE')
    return (
      <Empty title="Nothing waits for you">
        Requests for products that you control come here, until they are decided.
      </Empty>
    )
  return (
    <Empty title="No requests yet">
      Open a <Link to="/products">product</Link>, choose fields that are locked, and say what you need them for.
    </Empty>
  )
}
