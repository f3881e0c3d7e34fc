import { readJson, readText } from './read-body.js'

test('what fits is read as it is, wherever it is cut into pieces', async () => {
  const bytes = Buffer.from('{"name":"größe"}')
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })
  expect(await readJson({ body }, bytes.length)).toEqual({ name: 'größe' })
  expect(await readText(new Response(null))).toBe('')
})

test('what does not end is given up, and is not asked for more', async () => {
  let pieces = 0
  const cancelled = jest.fn()
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(1000))
      if (++pieces === 1000) controller.close()
    },
    cancel: cancelled,
  })
  await expect(readText({ body }, 10_000)).rejects.toThrow('larger than 10000 bytes')
  expect(pieces).toBeLessThan(20)
  expect(cancelled).toHaveBeenCalledTimes(1)
})
