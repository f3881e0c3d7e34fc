import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readSupergraph } from './federation.js'

async function readFrom(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await readSupergraph(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('a source that does not end is given up, and is not waited for in memory', async () => {
  const piece = Buffer.alloc(1024 * 1024, ' ')
  let sent = 0
  const { sdl, problems } = await readFrom((_request, answer) => {
    const send = () => {
      for (; sent < 512 && !answer.destroyed; sent++) if (!answer.write(piece)) return void answer.once('drain', send)
      answer.end()
    }
    send()
  })
  expect(sdl).toBeUndefined()
  expect(problems).toMatchObject([{ code: 'SUPERGRAPH_UNREADABLE', message: expect.stringContaining('larger than') }])
  expect(sent).toBeLessThan(128)
})

test('half a supergraph is none', async () => {
  const { sdl, problems } = await readFrom((_request, answer) => {
    answer.writeHead(200, { 'content-length': 100 }).write('type Query {')
    setImmediate(() => answer.destroy())
  })
  expect(sdl).toBeUndefined()
  expect(problems).toMatchObject([{ code: 'SUPERGRAPH_UNREADABLE' }])
})
