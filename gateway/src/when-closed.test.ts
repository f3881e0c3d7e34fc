import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { whenClosed } from './when-closed.js'

/** Somebody has asked: his socket, and what would be his answer. */
async function asked() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  const [, answer] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  server.close()
  return { client, answer }
}

test('who leaves is noticed', async () => {
  const { client, answer } = await asked()
  const closed = new Promise<void>(resolve => whenClosed(answer, resolve))
  client.destroy()
  await closed
})

test('and so is who has left before anybody looked', async () => {
  const { client, answer } = await asked()
  client.destroy()
  await once(answer, 'close')
  const act = jest.fn()
  whenClosed(answer, act)
  expect(act).toHaveBeenCalledTimes(1)
})

test('who was answered is noticed as well, and once', async () => {
  const { client, answer } = await asked()
  const act = jest.fn()
  whenClosed(answer, act)
  answer.end()
  await once(answer, 'close')
  client.destroy()
  expect(act).toHaveBeenCalledTimes(1)
})
