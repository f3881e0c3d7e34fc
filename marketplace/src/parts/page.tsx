import { type ReactNode, useEffect } from 'react'
import styles from './page.module.css'

interface Props {
  /** What the browser's tab says; the page's own heading comes with its content. */
  title: string
  /** Without margins, as high as the window: for tools. */
  full?: boolean
  children: ReactNode
}

/** What stands between header and window's end. */
export function Page({ title, full = false, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Terrane`
  }, [title])
  return (
    <main id="content" tabIndex={-1} className={full ? styles.full : styles.page}>
      {children}
    </main>
  )
}
