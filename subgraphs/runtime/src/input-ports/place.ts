import type { Readable } from 'node:stream'

/** A place with files, opened. Names are relative to it, with `/`. */
export interface Place {
  /** Names of all files below. */
  names(): Promise<string[]>
  /** Changes when the content does; undefined where there is no such file. */
  revision(name: string): Promise<string | undefined>
  open(name: string): Promise<Readable>
}
