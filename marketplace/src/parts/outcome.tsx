import IconAlertTriangle from '@tabler/icons-react/icons/IconAlertTriangle'
import IconBan from '@tabler/icons-react/icons/IconBan'
import IconCheck from '@tabler/icons-react/icons/IconCheck'
import styles from './marks.module.css'

const OUTCOMES = {
  allowed: { kind: 'open', Sign: IconCheck },
  denied: { kind: 'failed', Sign: IconBan },
  failed: { kind: 'late', Sign: IconAlertTriangle },
}

/** How what somebody tried ended: a sign and a word. */
export function Outcome({ outcome }: { outcome: keyof typeof OUTCOMES }) {
  const { kind, Sign } = OUTCOMES[outcome]
  return (
    <span className={`${styles.mark} ${styles[kind] ?? ''}`}>
      <Sign size={16} aria-hidden />
      {outcome}
    </span>
  )
}
