import { Button } from '@mantine/core'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { type Model, useDryRun, usePutModel } from '../../api/control'
import type { ManagedProduct } from '../../api/managed-product'
import { type Problem, Refused } from '../../api/management'
import { Loading } from '../../parts/states'
import { Drift } from './drift'
import { Outcome } from './model-outcome'
import styles from './pipeline.module.css'
import { recall, remember } from './sql-drafts'

const SqlEditor = lazy(() => import('../../parts/sql/sql-editor'))
const SqlDiff = lazy(() => import('../../parts/sql/sql-diff'))

interface Props {
  managed: ManagedProduct
  model: Model
  tables: string[]
}

/** One model: its SQL, tried before it can be put in force. What is written stays through reloads of the page. */
export function ModelBench({ managed, model, tables }: Props) {
  const { name, layer } = model
  const inForce = model.sql ?? ''
  const place = `${managed.name}/${name}`
  const [draft, setDraft] = useState(() => recall(place))
  const [edition, setEdition] = useState(0)
  const [goTo, setGoTo] = useState<Problem>()
  const [tried, setTried] = useState<string>()
  const trying = useDryRun(managed)
  const putting = usePutModel(managed)
  const sql = draft ?? inForce
  const changed = sql !== inForce

  const written = useRef(draft)
  written.current = draft
  // biome-ignore lint/correctness/useExhaustiveDependencies: other SQL has come into force; who has written nothing follows it.
  useEffect(() => {
    if (written.current === undefined) setEdition(count => count + 1)
  }, [inForce])

  const write = (text: string | undefined) => {
    const kept = text === inForce ? undefined : text
    setDraft(kept)
    remember(place, kept)
  }
  const dryRun = () => {
    putting.reset()
    setTried(sql)
    trying.mutate({ model: name, sql })
  }
  const discard = () => {
    write(undefined)
    setEdition(edition + 1)
    trying.reset()
    putting.reset()
  }
  const error = putting.error ?? trying.error
  const problems = error instanceof Refused && tried === sql ? error.problems.filter(isIn(name)) : NONE
  const mayPut = changed && tried === sql && trying.data?.accepted === true

  return (
    <section aria-label={`Model ${name}`}>
      <div className={styles.title}>
        <h2>
          <code>
            {layer}.{name}
          </code>
        </h2>
        {!managed.mayControl && (
          <span className={styles.said}>Changing it takes the grant {managed.name}:control.</span>
        )}
      </div>
      {model.overlay && <Drift managed={managed} model={model} />}
      {model.sql === null ? (
        <p className={styles.said}>Its SQL names what you may not know of.</p>
      ) : (
        <>
          <Suspense fallback={<Loading what="the editor" />}>
            <SqlEditor
              key={edition}
              label={`SQL of ${name}`}
              initial={sql}
              tables={tables}
              problems={problems}
              goTo={goTo}
              readOnly={!managed.mayControl}
              change={write}
              run={dryRun}
            />
          </Suspense>
          {managed.mayControl && (
            <div className={styles.acts}>
              <Button variant={mayPut ? 'default' : 'filled'} onClick={dryRun} loading={trying.isPending}>
                Dry run
              </Button>
              <Button
                variant={mayPut ? 'filled' : 'default'}
                disabled={!mayPut}
                loading={putting.isPending}
                onClick={() => putting.mutate({ model: name, sql }, { onSuccess: () => write(undefined) })}
              >
                Put in force
              </Button>
              {changed && (
                <Button variant="subtle" onClick={discard}>
                  Discard
                </Button>
              )}
              <span className={styles.said}>
                {changed ? (mayPut ? '' : 'A dry run comes first. Ctrl+Enter begins it.') : 'This is what is in force.'}
              </span>
            </div>
          )}
          <Outcome
            model={name}
            stale={tried !== sql && !putting.isSuccess}
            trying={trying}
            putting={putting}
            runs={`/admin/${encodeURIComponent(managed.name)}/runs`}
            go={problem => (isIn(name)(problem) && problem.line ? () => setGoTo({ ...problem }) : undefined)}
          />
          {changed && managed.mayControl && (
            <details className={styles.change}>
              <summary>What you change</summary>
              <Suspense fallback={<Loading what="the difference" />}>
                <SqlDiff label={`Your change of ${name}`} before={inForce} after={sql} />
              </Suspense>
            </details>
          )}
        </>
      )}
    </section>
  )
}

const NONE: Problem[] = []

/** Problems of other models, which this one would break, have their place elsewhere. */
const isIn = (model: string) => (problem: Problem) =>
  problem.line != null && (!problem.file || problem.file.split(/[\\/]/).at(-1) === `${model}.sql`)
