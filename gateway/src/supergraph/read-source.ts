import { readFile } from 'node:fs/promises'
import { readText } from './read-body.js'

/** Of a supergraph: far beyond what can be planned on, and what a source without an end is given up at. */
const MOST_BYTES = 64 * 1024 * 1024

/** The text of a supergraph in a file or at an http(s) URL. Rejects where there is none. */
export async function readSource(source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) return readFile(source, 'utf8')
  const response = await fetch(source, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return readText(response, MOST_BYTES)
}
