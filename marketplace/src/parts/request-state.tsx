import IconBan from '@tabler/icons-react/icons/IconBan'
import IconCircleCheck from '@tabler/icons-react/icons/IconCircleCheck'
import IconCircleHalf from '@tabler/icons-react/icons/IconCircleHalf2'
import IconHourglass from '@tabler/icons-react/icons/IconHourglass'
import IconTrash from '@tabler/icons-react/icons/IconTrash'
import type { RequestState } from '../api/mesh-types'
import styles from './marks.module.css'

const STATES: Record<RequestState, { words: string; kind: string; Sign: typeof IconBan }> = {
  PENDING: { words: 'waits for a decision', kind: 'late', Sign: IconHourglass },
  APPROVED: { words: 'approved', kind: 'open', Sign: IconCircleCheck },
  PARTLY_APPROVED: { words: 'approved in part', kind: 'open', Sign: IconCircleHalf },
  DENIED: { words: 'denied', kind: 'failed', Sign: IconBan },
  WITHDRAWN: { words: 'withdrawn', kind: 'locked', Sign: IconTrash },
}

/** How a request for access stands: a sign and words. */
export function RequestStateMark({ state }: { state: RequestState }) {
  const { words, kind, Sign } = STATES[state]
  return (
    <span className={`${styles.mark} ${styles[kind] ?? ''}`}>
      <Sign size={16} aria-hidden />
      {words}
    </span>
  )
}
