import { readNews } from './read-news.js'

test('an event that does not end is given up, and is not waited for in memory', async () => {
  let sent = 0
  const line = new TextEncoder().encode('x'.repeat(16 * 1024))
  const endless = new ReadableStream({
    pull(controller) {
      if (sent > 4 * 1024 * 1024) return controller.close()
      sent += line.length
      controller.enqueue(line)
    },
  })
  const endpoint = { name: 'uk-sales', fetch: async () => new Response(endless) }
  const news = readNews(endpoint as never, 'identity', new AbortController().signal)
  await expect(news.next()).rejects.toThrow(/buffer/)
  expect(sent).toBeLessThan(1024 * 1024)
})
