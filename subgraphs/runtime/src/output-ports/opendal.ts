import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Operator } from 'opendal'

/** A place to put files into, on any of OpenDAL's services (https://opendal.apache.org/docs/services). */
export interface Storage {
  has(name: string): Promise<boolean>
  /** Whole or not at all: what was there before stays until then. */
  put(name: string, bytes: () => Promise<Readable>): Promise<void>
}

export function storageAt(service: string, options: Record<string, string>): Storage {
  const operator = new Operator(service, options)
  return {
    has: name => operator.exists(name),
    async put(name, bytes) {
      // Object stores show an object when it is whole; in a file system it is moved into its place when it is. One name,
      // so that what a crash leaves is overwritten by the next attempt.
      const aside = operator.capability().rename ? `.${name}.partial` : name
      const writer = await operator.writer(aside)
      await pipeline(await bytes(), writer.createWriteStream())
      if (aside !== name) await operator.rename(aside, name)
    },
  }
}
