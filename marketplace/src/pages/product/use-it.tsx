import { Button } from '@mantine/core'
import { Link } from 'react-router'
import type { Dataset } from '../../api/discovery'
import { type Session, useSession } from '../../api/session'
import { Code } from '../../parts/code'
import { counted } from '../../parts/numbers'
import { called } from '../../parts/people'
import { Empty } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import { DatasetChoice } from './dataset-choice'
import styles from './product.module.css'
import type { TabProps } from './product-page'
import { graphqlOf, snippetsOf } from './snippets'

/** The reader's own working snippets: exactly the fields that he may read. */
export function UseIt({ product, described }: TabProps) {
  const session = useSession()
  return (
    <DatasetChoice datasets={described.datasets}>
      {dataset => <Snippets rootField={product.rootField!} dataset={dataset} session={session} />}
    </DatasetChoice>
  )
}

function Snippets({
  rootField,
  dataset,
  session,
}: {
  rootField: string
  dataset: Dataset
  session: Session | undefined
}) {
  const [way, setWay] = useUrlState('as', 'graphql')
  const readable = (dataset.fields ?? []).filter(({ readable }) => readable)
  const locked = (dataset.fields?.length ?? 0) - readable.length
  if (readable.length === 0)
    return <Empty title="You can read no field of this dataset">Ask for some under “Fields”.</Empty>
  const persona = session?.demo ? called(session.subject ?? 'analyst') : undefined
  const snippets = snippetsOf({ rootField, dataset, readable, origin: location.origin, persona })
  const shown = snippets.find(({ key }) => key === way) ?? snippets[0]!
  return (
    <>
      <p className={styles.prose}>
        {counted(readable.length, 'field')} that you can read
        {locked > 0 && `; ${counted(locked, 'locked one')} left out`}. As a file from the browser:{' '}
        {['csv', 'json', 'parquet'].map((format, place) => (
          <span key={format}>
            {place > 0 && ', '}
            <a href={`${dataset.address}.${format}`} download>
              {format}
            </a>
          </span>
        ))}
        . All that can be asked over HTTP is in the <a href="/docs">HTTP API</a>.
      </p>
      <nav className={styles.ways} aria-label="Ways to use it">
        {snippets.map(({ key, title }) => (
          <Button
            key={key}
            size="compact-md"
            variant={key === shown.key ? 'light' : 'default'}
            aria-pressed={key === shown.key}
            onClick={() => setWay(key)}
          >
            {title}
          </Button>
        ))}
      </nav>
      <p className={styles.soft}>{shown.about}</p>
      <Code text={shown.text} what="the snippet" />
      {shown.key === 'graphql' && (
        <Button
          component={Link}
          variant="default"
          to={`/graphiql?${new URLSearchParams({ query: graphqlOf({ rootField, dataset, readable }) })}`}
        >
          Open in GraphiQL
        </Button>
      )}
    </>
  )
}
