import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Place } from './place.js'

/** Local disk without OpenDAL, for machines on which its native part does not load. */
export function openDisk(root: string): Place {
  return {
    async names() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true })
      return entries
        .filter(entry => !entry.isDirectory())
        .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    },
    async revision(name) {
      const found = await stat(path.join(root, name), { bigint: true }).catch(error => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      })
      return found?.isFile() ? `${found.size}-${found.mtimeNs}` : undefined
    },
    async open(name) {
      const handle = await open(path.join(root, name), 'r')
      return createReadStream('', { fd: handle })
    },
  }
}
