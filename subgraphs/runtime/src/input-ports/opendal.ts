import { Operator } from 'opendal'
import type { Place } from './place.js'

/** Any of OpenDAL's services, by its name and options (https://opendal.apache.org/docs/services). */
export function openWithOpenDal(service: string, options: Record<string, string>): Place {
  const operator = new Operator(service, options)
  return {
    async names() {
      const entries = await operator.list('', { recursive: true })
      return entries.map(entry => entry.path()).filter(name => name !== '' && !name.endsWith('/'))
    },
    async revision(name) {
      if (!(await operator.exists(name))) return undefined
      const found = await operator.stat(name)
      return found.isFile() ? (found.etag ?? `${found.contentLength}-${found.lastModified}`) : undefined
    },
    async open(name) {
      return (await operator.reader(name)).createReadStream()
    },
  }
}
