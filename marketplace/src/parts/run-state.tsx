import IconCircleCheck from '@tabler/icons-react/icons/IconCircleCheck'
import IconCircleX from '@tabler/icons-react/icons/IconCircleX'
import IconEqual from '@tabler/icons-react/icons/IconEqual'
import IconProgress from '@tabler/icons-react/icons/IconProgress'
import styles from './marks.module.css'

const STATES = {
  RUNNING: { words: 'running', kind: 'late', Sign: IconProgress },
  PUBLISHED: { words: 'published', kind: 'fresh', Sign: IconCircleCheck },
  UNCHANGED: { words: 'nothing new', kind: 'unknown', Sign: IconEqual },
  FAILED: { words: 'failed', kind: 'failed', Sign: IconCircleX },
}

export const runWords = (state: string) => STATES[state as keyof typeof STATES]?.words ?? state.toLowerCase()

/** How a run stands or ended: a sign and a word. */
export function RunStateMark({ state }: { state: string }) {
  const { words, kind, Sign } = STATES[state as keyof typeof STATES] ?? STATES.RUNNING
  return (
    <span className={`${styles.mark} ${styles[kind] ?? ''}`}>
      <Sign size={16} aria-hidden />
      {words}
    </span>
  )
}
