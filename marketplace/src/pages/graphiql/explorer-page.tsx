import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './explorer.css'
import { useComputedColorScheme } from '@mantine/core'
import { GraphiQL } from 'graphiql'
import { type ComponentProps, useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import { type Session, useSession } from '../../api/session'
import { Page } from '../../parts/page'
import { Loading } from '../../parts/states'
import { ask, type Caller, listen, MYSELF, VISITOR } from './caller'
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
  const fetcher = useMemo(() => fetcherAs(caller), [caller])
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

type Fetcher = ComponentProps<typeof GraphiQL>['fetcher']

/** Questions are answered once, subscriptions as it happens. */
function fetcherAs(caller: Caller): Fetcher {
  return (request, options) => {
    const { operationName } = request
    const operation = options?.documentAST?.definitions.find(
      one => one.kind === 'OperationDefinition' && (!operationName || one.name?.value === operationName),
    )
    const isSubscription = operation?.kind === 'OperationDefinition' && operation.operation === 'subscription'
    return (isSubscription ? listen(caller, request as never) : ask(caller, request)) as never
  }
}
