import { Button, Loader } from '@mantine/core'
import IconAlertTriangle from '@tabler/icons-react/icons/IconAlertTriangle'
import type { ReactNode } from 'react'
import { AskFailure } from '../api/ask'
import styles from './states.module.css'

/** What a page says while it waits, where there is nothing, and where something went wrong. */

export function Loading({ what }: { what: string }) {
  return (
    <div className={styles.state} role="status">
      <Loader size="sm" />
      <span>Loading {what} …</span>
    </div>
  )
}

/** Nothing here, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <strong>{title}</strong>
      {children && <div className={styles.next}>{children}</div>}
    </div>
  )
}

/** What went wrong in the gateway's words, and a way on. */
export function Trouble({ what, error, again }: { what: string; error: unknown; again?: () => void }) {
  const unreachable = error instanceof AskFailure && error.code === 'UNREACHABLE'
  return (
    <div className={styles.state} role="alert">
      <strong className={styles.trouble}>
        <IconAlertTriangle size={18} aria-hidden /> {what} could not be loaded
      </strong>
      <div className={styles.next}>
        {error instanceof Error ? error.message : String(error)}
        {unreachable ? ' Is it running, and is this computer online?' : ''}
      </div>
      {again && (
        <Button variant="default" onClick={again}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** The three states around what a query found. */
export function Asked<Data>({
  what,
  query,
  children,
}: {
  what: string
  query: { data: Data | undefined; error: unknown; isPending: boolean; refetch: () => unknown }
  children: (data: Data) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Trouble what={what} error={query.error} again={() => query.refetch()} />
  return <Loading what={what} />
}
