import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type Gateway, issueToken, startGateway } from '@terrane/gateway'
import { loadOrCreateKeys } from '@terrane/schema'
import { composeSupergraph } from '@terrane/schema/composition'
import { createConnection } from 'mysql2/promise'
import { MYSQL_SERVER, testOnMysql } from '../../mysql.js'
import { eventually, freePort } from '../processes/processes.js'
import { geography, ukSales } from './small-mesh.js'

let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'terrane-gateway-'))
})
afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})
const quiet = () => {}

async function ask(gateway: Gateway, query: string, as?: string) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(as ? { authorization: `Bearer ${await issueToken({ home, as })}` } : {}),
    },
    body: JSON.stringify({ query }),
  })
  return (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] }
}

test('a supergraph as it is, with Terrane products behind it: their policies count and they are told who asks', async () => {
  const { jwks } = await loadOrCreateKeys(home)
  const uk = ukSales(jwks)
  const geo = geography(jwks)
  const listenPort = await freePort()
  await uk.listen(listenPort)
  const subgraphs = [
    { name: 'uk-sales', url: `http://127.0.0.1:${listenPort}/graphql`, sdl: uk.options.sdl },
    { name: 'reference-geography', url: `${await geo.listen()}/graphql`, sdl: geo.options.sdl },
  ]
  const { supergraph } = composeSupergraph(subgraphs)
  const file = path.join(home, 'supergraph.graphql')
  await writeFile(file, supergraph!)
  // Away at the start: denied until it can be asked.
  await uk.die()
  const gateway = await startGateway({ listenPort: 0, home, demo: true, supergraph: file, log: quiet })
  const question = '{ ukSales { orders { nodes { margin country { name } } } } }'
  expect((await ask(gateway, question, 'steward')).errors?.map(({ extensions }) => extensions.code)).toContain(
    'UNAUTHORIZED_FIELD_OR_TYPE',
  )
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503)
  await uk.listen(listenPort)
  const answer = await eventually(
    () => ask(gateway, question, 'steward'),
    ({ errors }) => !errors?.some(({ extensions }) => extensions.code !== 'ENTITY_NOT_FOUND'),
  )
  expect(answer.data).toMatchObject({ ukSales: { orders: { nodes: [{ margin: '3.00' }, { margin: '4.00' }] } } })
  expect(uk.asked.at(-1)?.identity?.caller.subject).toBe('user:steward')
  expect((await ask(gateway, question, 'analyst')).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  // Away again, once what it said of its grants is too old: nobody is told that he lacks what he may well have.
  await uk.die()
  await new Promise(resolve => setTimeout(resolve, 1100))
  expect((await ask(gateway, question, 'steward')).errors).toContainEqual(
    expect.objectContaining({ message: expect.stringMatching(/uk-sales does not answer whether you have it/) }),
  )
  await gateway.close()
  await geo.die()
})

testOnMysql('the catalogue lives in MySQL where one is given', async () => {
  const database = `terrane_gateway_${process.pid}`
  const root = await createConnection(MYSQL_SERVER!)
  await root.query(`DROP DATABASE IF EXISTS ${database}`)
  await root.query(`CREATE DATABASE ${database}`)
  const options = {
    listenPort: 0,
    home,
    demo: true,
    databaseUrl: `${MYSQL_SERVER}/${database}`,
    log: quiet,
  }
  const geo = geography((await loadOrCreateKeys(home)).jwks)
  const first = await startGateway({ ...options, productUrls: [await geo.listen()] })
  await first.close()
  const second = await startGateway(options)
  const answer = await ask(second, '{ referenceGeography { countries { code } } }')
  expect(answer.data).toEqual({ referenceGeography: { countries: [{ code: 'GB' }, { code: 'FR' }] } })
  await second.close()
  await geo.die()
  const [[row]] = (await root.query(`SELECT name FROM ${database}.registered_product`)) as never as [[{ name: string }]]
  expect(row.name).toBe('reference-geography')
  await root.query(`DROP DATABASE ${database}`)
  await root.end()
})

test('what keeps it from starting is said in problems', async () => {
  const broken = path.join(home, 'broken.graphql')
  await writeFile(broken, 'type Query { a: Int }')
  const start = (more: object) => startGateway({ listenPort: 0, home, log: quiet, ...more })
  await expect(start({ supergraph: broken })).rejects.toMatchObject({ problems: [{ code: 'SUPERGRAPH_UNREADABLE' }] })
  await expect(start({ supergraph: path.join(home, 'none') })).rejects.toMatchObject({
    problems: [{ code: 'SUPERGRAPH_UNREADABLE' }],
  })
  await expect(start({ databaseUrl: 'mysql://nobody@127.0.0.1:9/none' })).rejects.toMatchObject({
    problems: [{ code: 'CATALOGUE_UNAVAILABLE' }],
  })
})

test('private keys are for their owner alone', async () => {
  const gateway = await startGateway({ listenPort: 0, home, demo: true, log: quiet })
  await gateway.close()
  for (const file of ['provider.private.json', 'gateway.private.jwk.json']) {
    const { mode } = await stat(path.join(home, 'identity', file))
    expect(mode & 0o077).toBe(0)
  }
})
