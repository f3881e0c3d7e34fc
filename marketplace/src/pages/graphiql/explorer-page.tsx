import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './explorer.css'
import { useComputedColorScheme } from '@mantine/core'
import { GraphiQL } from 'graphiql'
import { useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import { type Session, useSession } from '../../api/session'
import { Page } from '../../parts/page'
import { Loading } from '../../parts/states'
import { ask, type Caller, MYSELF, VISITOR } from './caller'
import { CallerSwitch } from './caller-switch'
import { FIRST_QUERY } from './first-query'

/** GraphiQL over the mesh. Its documentation and completion show what this caller may discover, nothing more. */
export default function ExplorerPage() {
  const session = useSession()
  return (
    <Page title="GraphiQL" full>
      {session ? <Explorer session={session} /> : <Loading what="GraphiQL" />}
    </Page>
  )
}

function Explorer({ session }: { session: Session }) {
  const [caller, setCaller] = useState<Caller>(session.signedIn ? MYSELF : VISITOR)
  const fetcher = useMemo(() => (request: unknown) => ask(caller, request) as Promise<never>, [caller])
  const given = useSearchParams()[0].get('query')
  const scheme = useComputedColorScheme('light')
  return (
    <>
      <CallerSwitch caller={caller} session={session} onChange={setCaller} />
      <div className="explorer">
        {/* A new caller means a new schema: GraphiQL starts over and asks for it. */}
        <GraphiQL
          key={`${caller.label} ${scheme}`}
          fetcher={fetcher}
          defaultQuery={FIRST_QUERY}
          forcedTheme={scheme}
          {...(given ? { initialQuery: given } : {})}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQL>
      </div>
    </>
  )
}
