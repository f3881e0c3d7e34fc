import { Link } from 'react-router'
import type { Freshness } from '../../api/mesh-types'
import { Ago } from '../../parts/ago'
import { FreshnessMark } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import { RunStateMark } from '../../parts/run-state'
import styles from './admin.module.css'

interface ShownRun {
  state: string | null
  startedAt: string | null
  finishedAt?: string | null
  quarantined: number | null
}

interface Props {
  name: string
  freshness: Freshness | null
  /** The newest first. */
  runs: ShownRun[]
  /** Models that differ from their folder's; undefined where that is not told. */
  changed: string[] | undefined
}

/** Last run, freshness, quarantine and drift; each leads to where something can be done about it. */
export function AtAGlance({ name, freshness, runs, changed }: Props) {
  const run = runs[0]
  // A run that found nothing new has loaded nothing: what was set aside before still is.
  const quarantined = runs.find(({ state }) => state === 'PUBLISHED' || state === 'FAILED')?.quarantined
  const at = (tab: string) => `/admin/${encodeURIComponent(name)}${tab}`
  return (
    <dl className={styles.glance}>
      <div>
        <dt>Last run</dt>
        <dd>
          {run?.state ? (
            <>
              <Link to={at('/runs')}>
                <RunStateMark state={run.state} />
              </Link>{' '}
              <Ago at={run.finishedAt ?? run.startedAt} />
            </>
          ) : (
            'none yet'
          )}
        </dd>
      </div>
      <div>
        <dt>Data</dt>
        <dd>
          <FreshnessMark freshness={freshness} />
        </dd>
      </div>
      <div>
        <dt>Quarantine</dt>
        <dd>
          {quarantined ? (
            <Link to={at('')} className={styles.late}>
              {counted(quarantined, 'row')}
            </Link>
          ) : (
            'empty'
          )}
        </dd>
      </div>
      {changed && (
        <div>
          <dt>Drift</dt>
          <dd>
            {changed.length > 0 ? (
              <Link to={`${at('/pipeline')}?model=${encodeURIComponent(changed[0]!)}`} className={styles.late}>
                {counted(changed.length, 'model')} changed
              </Link>
            ) : (
              'none'
            )}
          </dd>
        </div>
      )}
    </dl>
  )
}
