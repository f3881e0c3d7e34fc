import IconPlugConnected from '@tabler/icons-react/icons/IconPlugConnected'
import IconPlugConnectedX from '@tabler/icons-react/icons/IconPlugConnectedX'
import type { RunEvent } from '../../api/run-events'
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
          <li key={`${event.type} ${event.id}`}>
            <time dateTime={event.at}>{event.at.slice(11, 19)}</time>
            <span>{wordsOf(event)}</span>
          </li>
        ))}
        {events.length === 0 && <li className={styles.soft}>What happens from now on appears here, step by step.</li>}
      </ol>
    </section>
  )
}

function wordsOf({ type, data }: RunEvent): string {
  if (type.endsWith('.publication')) return `publication ${data.publication} is in force`
  const { product: _product, run: _run, ...told } = data
  return `${type.replace(/^terrane\./, '').replaceAll('.', ' ')}: ${Object.entries(told)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')}`
}
