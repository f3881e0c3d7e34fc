import styles from './code.module.css'
import { Copy } from './copy'

/** Something to read or to take along: SQL, a snippet. */
export function Code({ text, what }: { text: string; what: string }) {
  return (
    <div className={styles.code}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section tabIndex={0} aria-label={what}>
        <pre>{text}</pre>
      </section>
      <Copy text={text} what={what} />
    </div>
  )
}
