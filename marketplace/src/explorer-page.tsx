import { GraphiQL } from 'graphiql'
import { useMemo, useState } from 'react'
import { ask, type Caller, VISITOR } from './caller'
import { CallerSwitch } from './caller-switch'
import { FIRST_QUERY } from './first-query'

/** GraphiQL over the mesh. Its documentation and completion show what this caller may discover, nothing more. */
export function ExplorerPage() {
  const [caller, setCaller] = useState<Caller>(VISITOR)
  const fetcher = useMemo(() => (request: unknown) => ask(caller, request) as Promise<never>, [caller])
  const given = new URLSearchParams(location.search).get('query')
  return (
    <div className="page">
      <header>
        <a className="name" href="/">
          Terrane
        </a>
        <CallerSwitch caller={caller} onChange={setCaller} />
      </header>
      <main>
        {/* A new caller means a new schema: GraphiQL starts over and asks for it. */}
        <GraphiQL
          key={caller.label}
          fetcher={fetcher}
          defaultQuery={FIRST_QUERY}
          {...(given ? { initialQuery: given } : {})}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </div>
  )
}
