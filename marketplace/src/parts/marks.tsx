import { Tooltip } from '@mantine/core'
import IconCircleCheck from '@tabler/icons-react/icons/IconCircleCheck'
import IconCircleDashed from '@tabler/icons-react/icons/IconCircleDashed'
import IconClockExclamation from '@tabler/icons-react/icons/IconClockExclamation'
import IconLock from '@tabler/icons-react/icons/IconLock'
import IconLockOpen from '@tabler/icons-react/icons/IconLockOpen'
import type { ReactNode } from 'react'
import type { Access, Freshness } from '../api/mesh-types'
import styles from './marks.module.css'

/** Small marks: a sign and a word, never colour alone. */

function Mark({ kind, sign, title, children }: { kind: string; sign: ReactNode; title: string; children: ReactNode }) {
  return (
    <Tooltip label={title}>
      <span className={`${styles.mark} ${styles[kind] ?? ''}`}>
        {sign}
        {children}
      </span>
    </Tooltip>
  )
}

const SIZE = { size: 16, 'aria-hidden': true } as const

export function FreshnessMark({ freshness }: { freshness: Freshness | null }) {
  if (freshness === 'FRESH')
    return (
      <Mark kind="fresh" sign={<IconCircleCheck {...SIZE} />} title="As new as its contract promises">
        fresh
      </Mark>
    )
  if (freshness === 'LATE')
    return (
      <Mark kind="late" sign={<IconClockExclamation {...SIZE} />} title="Older than its contract promises">
        late
      </Mark>
    )
  return (
    <Mark
      kind="unknown"
      sign={<IconCircleDashed {...SIZE} />}
      title="Its contract promises no frequency, or nothing is published yet"
    >
      age not promised
    </Mark>
  )
}

export function AccessMark({
  access,
  readable,
  fields,
}: {
  access: Access | null
  readable: number | null
  fields: number | null
}) {
  const open = access === 'ALL'
  const told =
    fields === null || readable === null ? (open ? 'all fields' : 'locked') : `${readable} of ${fields} fields`
  const title = open
    ? 'You can read all of it'
    : access === 'SOME'
      ? `You can read ${told}; ask for the others`
      : 'You can read none of it yet; ask for access'
  return (
    <Mark
      kind={open ? 'open' : 'locked'}
      sign={open ? <IconLockOpen {...SIZE} /> : <IconLock {...SIZE} />}
      title={title}
    >
      {told}
    </Mark>
  )
}

/** What a field's contract calls its sensitivity. Where nothing is said, a grant is needed. */
export function Classification({ name }: { name: string | null }) {
  return <span className={`${styles.chip} ${name ? '' : styles.unsaid}`}>{name ?? 'unclassified'}</span>
}

export function Chip({ children }: { children: ReactNode }) {
  return <span className={styles.chip}>{children}</span>
}
