import path from 'node:path'
import { loadOrCreateKeys } from '@terrane/schema'
import Database from 'better-sqlite3'
import { createConnection } from 'mysql2/promise'
import { MYSQL_SERVER, testOnMysql } from '../../mysql.js'
import { ukSales } from '../gateway/small-mesh.js'
import { freePort } from '../processes/processes.js'
import { Browser } from './browser.js'
import { Market } from './market.js'

const ASK = `mutation { mesh { requestAccess(request: {
  product: "harbour", dataset: "calls", properties: ["remark"], reason: "Berths." }) { id } } }`
const MINE = '{ mesh { accessRequests { nodes { id state properties } totalCount } } }'

test('a catalogue from before there were requests takes them in, and keeps what it held', async () => {
  const market = await Market.open()
  const { jwks } = await loadOrCreateKeys(market.home)
  const far = ukSales(jwks)
  try {
    await fetch(`${market.gateway.url}/registry/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await market.bearer('admin')) },
      body: JSON.stringify({ url: await far.listen(), name: 'uk-sales' }),
    })
    // As the first migration left it.
    const goBack = () => {
      const store = new Database(path.join(market.home, 'gateway', 'catalogue.sqlite'))
      store.exec(`DROP TABLE access_request; DROP TABLE access_request_event; DROP TABLE signed_in_session;
      DELETE FROM catalogue_migrations WHERE name NOT LIKE 'RegisteredProducts%'`)
      store.close()
    }
    await market.restart({}, goBack)
    expect((await market.ask('{ mesh { product(name: "uk-sales") { name } } }', 'steward')).data.mesh.product).toEqual({
      name: 'uk-sales',
    })
    expect((await market.ask(ASK, 'analyst')).errors).toBeUndefined()
    expect((await market.ask(MINE, 'analyst')).data.mesh.accessRequests.totalCount).toBe(1)
  } finally {
    await far.die()
    await market.close()
  }
})

testOnMysql(
  'gateways with one database share requests and sessions; subjects are told apart by their letters',
  async () => {
    const database = `terrane_test_market_${process.pid}_${Date.now().toString(36)}`
    const databaseUrl = `${MYSQL_SERVER}/${database}`
    const one = await Market.open({ databaseUrl, listenPort: await freePort() })
    try {
      const browser = new Browser(one.gateway.url)
      await browser.visit('/auth/login?persona=analyst')
      const { data } = await browser.ask(ASK)
      const mine = {
        totalCount: 1,
        nodes: [{ id: data.mesh.requestAccess.id, state: 'PENDING', properties: ['remark'] }],
      }

      const connection = await createConnection(databaseUrl)
      await connection.query('UPDATE access_request SET requested_by = ?', ['user:Analyst'])
      expect((await browser.ask(MINE)).data.mesh.accessRequests).toEqual({ totalCount: 0, nodes: [] })
      await connection.query('UPDATE access_request SET requested_by = ?', ['user:analyst'])
      const [rows] = await connection.query('SELECT sealed FROM signed_in_session')
      // A token has dots, which what is sealed has not: its letters alone may stand there by chance.
      expect(JSON.stringify(rows)).not.toMatch(/analyst|eyJ[\w-]+\.[\w-]+\./)

      // Another gateway takes its place.
      await one.restart()
      expect((await browser.ask(MINE)).data.mesh.accessRequests).toEqual(mine)
      await browser.post('/auth/logout')
      const [left] = await connection.query('SELECT id_hash FROM signed_in_session')
      expect(left).toEqual([])
      await connection.query('DROP DATABASE ??', [database])
      await connection.end()
    } finally {
      await one.close()
    }
  },
)
