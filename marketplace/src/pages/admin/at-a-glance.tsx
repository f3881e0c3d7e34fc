import { Link } from 'react-router'
import type { Freshness } from '../../api/mesh-types'
import { Ago } from '../../parts/ago'
import { FreshnessMark } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import { RunStateMark } from '../../parts/run-state'
import styles from './admin.module.css'

interface Props {
  name: string
  freshness: Freshness | null
  /** The newest. */
  run:
    | { state: string | null; startedAt: string | null; finishedAt?: string | null; quarantined: number | null }
    | undefined
  /** Models that differ from their folder's; undefined where that is not told. */
  changed: string[] | undefined
}

/** Last run, freshness, quarantine and drift; each leads to where something can be done about it. */
export function AtAGlance({ name, freshness, run, changed }: Props) {
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
          {run?.quarantined ? (
            <Link to={at('')} className={styles.late}>
              {counted(run.quarantined, 'row')}
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
