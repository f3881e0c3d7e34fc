import { Link, NavLink, useLocation } from 'react-router'
import { useMe } from '../api/caller'
import { useRequests } from '../api/requests'
import { useSession } from '../api/session'
import { Account } from './account'
import styles from './header.module.css'
import { SchemeSwitch } from './scheme-switch'
import { SearchBox } from './search-box'
import { Strata } from './strata'

/** The frame of every page: where to go, what to look for, who is asking. */
export function Header() {
  const { pathname } = useLocation()
  const hasOwnSearch = pathname === '/' || pathname === '/products'
  return (
    <header className={styles.header}>
      <a className={styles.skip} href="#content">
        Skip to content
      </a>
      <Link to="/" className={styles.name} aria-label="Terrane, home">
        <Strata />
        Terrane
      </Link>
      <nav className={styles.nav} aria-label="Pages">
        <NavLink to="/products">Products</NavLink>
        <ToDecide />
        <ToAdminister />
        <NavLink to="/graphiql">GraphiQL</NavLink>
        {/* A page of the gateway's own. */}
        <a href="/docs">HTTP API</a>
      </nav>
      <div className={styles.middle}>{!hasOwnSearch && <SearchBox />}</div>
      <div className={styles.end}>
        <SchemeSwitch />
        <Account />
      </div>
    </header>
  )
}

/** The way to the requests, with how many wait for the reader. */
function ToDecide() {
  const session = useSession()
  const me = useMe()
  const mayDecide = Boolean(session?.signedIn) && (me.data?.controls.length ?? 0) > 0
  const waiting = useRequests('TO_DECIDE', { states: ['PENDING'], enabled: mayDecide })
  const count = mayDecide ? (waiting.data?.total ?? 0) : 0
  return (
    <NavLink
      to={count > 0 ? '/requests?show=decide' : '/requests'}
      aria-label={count > 0 ? `Requests, ${count} to decide` : 'Requests'}
    >
      Requests
      {count > 0 && <span className={styles.count}>{count}</span>}
    </NavLink>
  )
}

/** For those who control or observe a product. */
function ToAdminister() {
  const me = useMe().data
  const has = (me?.controls.length ?? 0) + (me?.observes.length ?? 0) > 0
  return has ? <NavLink to="/admin">Admin</NavLink> : null
}
