import { readFile } from 'node:fs/promises'

/** The text of a supergraph in a file or at an http(s) URL. Rejects where there is none. */
export async function readSource(source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) return readFile(source, 'utf8')
  const response = await fetch(source, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return response.text()
}
