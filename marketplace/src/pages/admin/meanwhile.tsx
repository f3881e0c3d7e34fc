import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Link, useLocation } from 'react-router'
import { useMe } from '../../api/caller'
import type { ManagedProduct } from '../../api/managed-product'
import { type Run, useRuns } from '../../api/observability'
import { Ago } from '../../parts/ago'
import { counted } from '../../parts/numbers'
import { RunStateMark } from '../../parts/run-state'
import styles from './admin.module.css'

/** Tells which runs ended since the reader last looked: what was begun may be left, and its end is told on return. */
export function Meanwhile({ managed }: { managed: ManagedProduct }) {
  const runs = useRuns(managed).data
  const subject = useMe().data?.subject
  if (!runs || !subject) return null
  return (
    <Ended
      key={`${subject} ${managed.name}`}
      place={`terrane.runs.${subject}.${managed.name}`}
      managed={managed}
      runs={runs}
    />
  )
}

function Ended({ place, managed: { name }, runs }: { place: string; managed: ManagedProduct; runs: Run[] }) {
  const onRuns = useLocation().pathname.endsWith('/runs')
  const last = runs.reduce((latest, { finishedAt }) => (finishedAt && finishedAt > latest ? finishedAt : latest), '')
  // Whoever comes for the first time has missed nothing.
  const [seen, setSeen] = useState(() => recall(place) ?? last)
  useEffect(() => remember(place, seen), [place, seen])
  useEffect(() => {
    if (onRuns) setSeen(last)
  }, [onRuns, last])
  const ended = runs.filter(({ finishedAt }) => finishedAt && finishedAt > seen)
  const newest = ended[0]
  if (!newest || onRuns) return null
  const failed = ended.filter(({ state }) => state === 'FAILED').length
  return (
    <div role="status" className={styles.meanwhile}>
      <span>
        Since you last looked:{' '}
        {ended.length === 1
          ? 'a run ended'
          : `${counted(ended.length, 'run')} ended${failed > 0 ? `, ${failed} failed` : ''}`}
      </span>
      <RunStateMark state={newest.state} />
      {newest.publication != null && <span>publication {newest.publication}</span>}
      <Ago at={newest.finishedAt} />
      <Link to={`/admin/${encodeURIComponent(name)}/runs`}>{failed > 0 ? 'See why' : 'See runs'}</Link>
      <Button variant="default" size="compact-sm" onClick={() => setSeen(last)}>
        Seen
      </Button>
    </div>
  )
}

/** Browsers may refuse to keep anything; then nothing is told. */
function recall(place: string): string | undefined {
  try {
    return localStorage.getItem(place) ?? undefined
  } catch {
    return undefined
  }
}

function remember(place: string, seen: string): void {
  try {
    localStorage.setItem(place, seen)
  } catch {
    // Nothing is lost but the telling.
  }
}
