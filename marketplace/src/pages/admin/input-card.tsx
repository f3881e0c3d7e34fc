import type { ReactNode } from 'react'
import type { ManagedProduct } from '../../api/managed-product'
import type { Input } from '../../api/observability'
import { Ago } from '../../parts/ago'
import { Copy } from '../../parts/copy'
import { Chip } from '../../parts/marks'
import { number } from '../../parts/numbers'
import { Problems } from '../../parts/problems'
import look from '../product/product.module.css'
import styles from './admin.module.css'

interface Props {
  managed: ManagedProduct
  input: Input
  /** Where to push, for ports that are pushed to. */
  pushAddress: string | null | undefined
  /** What opens the quarantine. */
  quarantine: ReactNode
  children: ReactNode
}

/** One way in. Rows set aside are counted, and shown on demand: they are no trouble of the port. */
export function InputCard({ managed, input, pushAddress, quarantine, children }: Props) {
  const { port, connector, description, place, contractId, schedule } = input
  return (
    <section className={styles.card} aria-label={`Input ${port}`}>
      <header>
        <h2>
          <code>{port}</code>
        </h2>
        {connector && <Chip>{connector}</Chip>}
        {description && <span className={styles.soft}>{description}</span>}
        {quarantine}
      </header>
      <div className={styles.body}>
        <dl className={styles.figures}>
          {input.lastArrivalAt !== undefined && (
            <Figure name="Last arrival">
              <Ago at={input.lastArrivalAt} />
            </Figure>
          )}
          <Count name="Files" value={input.files} />
          <Count name="Rows" value={input.rows} />
          {input.quarantined != null && (
            <Figure name="Quarantined">
              <span className={input.quarantined > 0 ? styles.late : undefined}>{number(input.quarantined)}</span>
            </Figure>
          )}
          {schedule && <Figure name="Pulled">{schedule}</Figure>}
          {place && (
            <Figure name="From" wide>
              <span className={styles.mono}>{place}</span>
            </Figure>
          )}
          {(input.arrived?.length ?? 0) > 0 && (
            <Figure name="Came last" wide>
              <span className={styles.mono}>{input.arrived!.join(', ')}</span>
            </Figure>
          )}
          {contractId && (
            <Figure name="Contract" wide>
              <span className={styles.mono}>{contractId}</span>
            </Figure>
          )}
        </dl>
        {input.lastProblem && input.lastProblem.code !== 'INPUT_QUARANTINED' && (
          <Problems problems={[input.lastProblem]} />
        )}
        {pushAddress && <HowToPush address={pushAddress} managed={managed} port={port} />}
        {children}
      </div>
    </section>
  )
}

function Figure({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? styles.wide : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Count({ name, value }: { name: string; value: number | null | undefined }) {
  return value == null ? null : <Figure name={name}>{number(value)}</Figure>
}

function HowToPush({ address, managed, port }: { address: string; managed: ManagedProduct; port: string }) {
  const url = location.origin + address
  const command = (file: string, type: string) =>
    [
      `curl -X POST "${url}" \\`,
      '  -H "authorization: Bearer $TOKEN" \\',
      `  -H "content-type: ${type}" --data-binary @${file}`,
    ].join('\n')
  const file = command(`${port}.ndjson`, 'application/x-ndjson')
  return (
    <details className={styles.more}>
      <summary>How to push to it</summary>
      <p className={styles.soft}>
        Send a file as csv, json, ndjson or parquet, or JSON messages. The answer is a receipt; what was sent before is
        not taken twice. The sender needs the grant {managed.name}:control.
      </p>
      <div className={look.code}>
        <pre>{file}</pre>
        <Copy text={file} what="the command" />
      </div>
    </details>
  )
}
