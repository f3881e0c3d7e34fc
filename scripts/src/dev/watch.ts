import { type FSWatcher, watch } from 'node:fs'
import path from 'node:path'

/** Editors write a file in several steps; what changes within this time is one change. */
const SETTLED_MILLISECONDS = 200

/** What editors, git and npm write beside what is meant: `.orders.sql.swp`, `orders.sql~`, `node_modules/…`. */
const ASIDE = /(^|[/\\])(\.[^/\\]*|node_modules)([/\\]|$)|~$/

export interface Watched {
  /** The files that changed since the last call, by absolute path; waits for the first. */
  changed(): Promise<string[]>
  close(): void
}

/** Watches folders and all below them. */
export function watchFolders(folders: readonly string[]): Watched {
  const files = new Set<string>()
  let settled = false
  let wake: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  const seen = (file: string) => {
    files.add(file)
    clearTimeout(timer)
    timer = setTimeout(() => {
      settled = true
      wake?.()
    }, SETTLED_MILLISECONDS)
  }
  const watchers = folders.map((folder): FSWatcher => {
    const watcher = watch(folder, { recursive: true }, (_, name) => {
      if (name !== null && !ASIDE.test(name)) seen(path.join(folder, name))
    })
    // A folder that goes away is told by whoever reads it next.
    watcher.on('error', () => seen(folder))
    return watcher
  })
  return {
    async changed() {
      if (!settled)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      settled = false
      const changed = [...files].sort()
      files.clear()
      return changed
    },
    close() {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}
