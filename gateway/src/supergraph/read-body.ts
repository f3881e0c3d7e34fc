import type { ReadableStream } from 'node:stream/web'

/** Far beyond what any product has to say of itself. */
const MOST_BYTES = 32 * 1024 * 1024

/**
 * What a product says of itself, decoded. Throws where it goes on for longer than it may: one product's answer that does
 * not end, or unpacks to gigabytes, must not take the memory of the gateway of all.
 */
export async function readText({ body }: { body: unknown }, mostBytes = MOST_BYTES): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the stream.
  for await (const piece of (body ?? []) as ReadableStream<Uint8Array>) {
    bytes += piece.byteLength
    if (bytes > mostBytes) throw new Error(`its answer is larger than ${mostBytes} bytes`)
    pieces.push(piece)
  }
  return new TextDecoder().decode(Buffer.concat(pieces))
}

/** The same, of JSON. */
export async function readJson(response: { body: unknown }, mostBytes?: number): Promise<unknown> {
  return JSON.parse(await readText(response, mostBytes))
}
