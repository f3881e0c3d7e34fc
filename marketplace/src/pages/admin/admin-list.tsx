import { Button, TextInput } from '@mantine/core'
import IconSearch from '@tabler/icons-react/icons/IconSearch'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMe } from '../../api/caller'
import { GLANCES, type Glance, useGlances } from '../../api/managed-product'
import { signInUrl, useSession } from '../../api/session'
import { counted } from '../../parts/numbers'
import { Page } from '../../parts/page'
import { Asked, Empty } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import styles from './admin.module.css'
import { AtAGlance } from './at-a-glance'

/** The products that the reader controls or observes, and how each stands. */
export default function AdminList() {
  const query = useMe()
  return (
    <Page title="Admin">
      <h1 style={{ fontSize: 24, marginTop: 0 }}>Products in your hands</h1>
      <Asked what="what you may administer" query={query}>
        {me => {
          const names = [...new Set([...(me?.controls ?? []), ...(me?.observes ?? [])])].sort()
          return names.length > 0 ? <Mine names={names} controls={me!.controls} /> : <Nothing />
        }}
      </Asked>
    </Page>
  )
}

function Nothing() {
  const session = useSession()
  return session?.signedIn ? (
    <Empty title="You control and observe no product">
      That takes the grant <code>control</code> or <code>observe</code> of a product.{' '}
      <Link to="/products">Open the product</Link> and ask its owner for it.
    </Empty>
  ) : (
    <Empty title="Nobody is signed in">
      {session?.signInAvailable ? (
        <>
          <a href={signInUrl()}>Sign in</a> to see the products that you control or observe.
        </>
      ) : (
        'This gateway has no way to sign in.'
      )}
    </Empty>
  )
}

function Mine({ names, controls }: { names: string[]; controls: string[] }) {
  const [filter, setFilter] = useUrlState('filter')
  const [pages, setPages] = useState(1)
  const wanted = names.filter(name => name.includes(filter.trim().toLowerCase()))
  const shown = wanted.slice(0, pages * GLANCES)
  const chunks = Array.from({ length: Math.ceil(shown.length / GLANCES) }, (_, index) =>
    shown.slice(index * GLANCES, (index + 1) * GLANCES),
  )
  return (
    <>
      {names.length > 5 && (
        <TextInput
          value={filter}
          onChange={event => setFilter(event.currentTarget.value)}
          placeholder={`Filter ${counted(names.length, 'product')}`}
          aria-label="Filter products"
          leftSection={<IconSearch size={14} aria-hidden />}
          maw={320}
          mb="md"
        />
      )}
      {chunks.map(chunk => (
        <Chunk key={chunk.join()} names={chunk} controls={controls} />
      ))}
      {wanted.length === 0 && <p role="status">None of your products is named so.</p>}
      {shown.length < wanted.length && (
        <Button variant="default" onClick={() => setPages(pages + 1)}>
          Show more
        </Button>
      )}
    </>
  )
}

function Chunk({ names, controls }: { names: string[]; controls: string[] }) {
  const query = useGlances(names)
  return (
    <Asked what="how they stand" query={query}>
      {glances => (
        <ul className={styles.list}>
          {glances.map(glance => (
            <One key={glance.product.name} glance={glance} controls={controls.includes(glance.product.name)} />
          ))}
        </ul>
      )}
    </Asked>
  )
}

function One({ glance: { product, now }, controls }: { glance: Glance; controls: boolean }) {
  const { name, title, domain } = product
  return (
    <li>
      <div>
        <h2>
          <Link to={`/admin/${encodeURIComponent(name)}`}>{title ?? name}</Link>
        </h2>
        <span className={styles.soft}>
          {domain} · {controls ? 'you control it' : 'you observe it'}
        </span>
      </div>
      {now ? (
        <AtAGlance
          name={name}
          freshness={product.freshness}
          runs={now.runs ?? []}
          changed={now.models?.filter(({ overlay }) => overlay).map(model => model.name)}
        />
      ) : (
        <span className={styles.failed}>It does not answer now.</span>
      )}
    </li>
  )
}
