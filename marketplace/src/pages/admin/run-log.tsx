import IconPlugConnected from '@tabler/icons-react/icons/IconPlugConnected'
import IconPlugConnectedX from '@tabler/icons-react/icons/IconPlugConnectedX'
import type { RunEvent } from '../../api/run-events'
import { runWords } from '../../parts/run-state'
import styles from './admin.module.css'

/** What the product says while this page is open, the newest last. */
export function RunLog({ events, live }: { events: RunEvent[]; live: boolean }) {
  return (
    <section className={styles.card} aria-label="Live log">
      <header>
        <h2>Live</h2>
        <span className={styles.soft}>
          {live ? <IconPlugConnected size={14} aria-hidden /> : <IconPlugConnectedX size={14} aria-hidden />}{' '}
          {live ? 'listening' : 'connecting …'}
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <ol className={styles.log} aria-live="polite" tabIndex={0}>
        {events.map(event => (
          <li key={`${event.type} ${event.id} ${event.at}`}>
            <time dateTime={event.at}>{event.at.slice(11, 19)}</time>
            <span>{wordsOf(event)}</span>
          </li>
        ))}
        {events.length === 0 && <li className={styles.soft}>What happens from now on appears here, step by step.</li>}
      </ol>
    </section>
  )
}

const STEPS: Record<string, string> = {
  pull: 'pulling',
  load: 'loading',
  model: 'making',
  quality: 'checking',
  publish: 'publishing',
}

function wordsOf({ type, data }: RunEvent): string {
  const text = (name: string) => (data[name] == null ? '' : String(data[name]))
  switch (type) {
    case 'terrane.publication':
      return `publication ${text('publication')} is in force`
    case 'terrane.run.started':
      return `a run began: ${text('trigger')}`
    case 'terrane.run.finished':
      return `the run ended: ${runWords(text('state'))}`
    default:
      return `${STEPS[text('step')] ?? text('step')} ${text('detail')}`
  }
}
