import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStores } from '../stores/open-stores.js'
import { openPublications } from './publications.js'
import { decided, dropDatabase, reachableDatabase, temporaryFolder } from './testing/datasets.js'
import { marks, ROWS } from './testing/publish.js'

/** A kill -9 at any moment leaves the old or the new publication, never a mixture, and never takes back a new one. */

const PRODUCT = 'kill-test'
const CHILD = resolve(__dirname, '../../dist/output-layer/testing/publish-for-ever.js')
const decision = decided(marks)

/** Publishes at least once, then is killed at a random point. What it said it had published. */
async function publishUntilKilled(folder: string, databaseUrl?: string): Promise<number> {
  const child = spawn(process.execPath, [CHILD, folder, PRODUCT, ...(databaseUrl ? [databaseUrl] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Once what it said has been read as well.
  const closed = once(child, 'close')
  let said = ''
  child.stdout.on('data', text => {
    said += text
  })
  await Promise.race([once(child.stdout, 'data'), closed])
  await sleep(Math.random() * 250)
  child.kill('SIGKILL')
  const [, signal] = await closed
  expect(signal).toBe('SIGKILL')
  return Number(said.trim().split('\n').at(-1))
}

test.each([
  ['SQLite', 8],
  ['MariaDB', 4],
])('%s, killed %i times', async (engine, times) => {
  if (!existsSync(CHILD)) throw new Error('Build first: the child runs from dist.')
  const databaseUrl = engine === 'MariaDB' ? reachableDatabase() : undefined
  if (engine === 'MariaDB' && !databaseUrl) return
  const database = databaseUrl ? { databaseUrl } : {}
  const { folder, remove } = await temporaryFolder()
  try {
    for (let kill = 0; kill < times; kill++) {
      const acknowledged = await publishUntilKilled(folder, databaseUrl)
      const stores = await openStores({ folder, product: PRODUCT, ...database })
      const publications = await openPublications({
        ...{ folder, product: { name: PRODUCT, datasets: [marks] }, metadata: stores.metadata, keep: 1, ...database },
      })
      const pin = (await publications.pin())!
      // The pointer may have moved past what was said, by the one that was on its way.
      expect([acknowledged, acknowledged + 1]).toContain(pin.number)
      const where = { property: 'publication', op: 'eq' as const, value: pin.number }
      expect(await pin.rows.count(marks, where, decision)).toBe(ROWS)
      expect(await pin.rows.count(marks, undefined, decision)).toBe(ROWS)
      const [columns] = await pin.columns.aggregate(
        marks,
        { groupBy: [{ property: 'publication' }], measures: [{ fn: 'count' }], orderBy: [] },
        decision,
      )
      expect(columns).toEqual({ group: [pin.number], measures: [ROWS] })
      const known = (await publications.list()).map(({ number }) => String(number))
      expect(readdirSync(join(folder, 'publications')).sort()).toEqual(known.sort())
      pin.release()
      await publications.close()
      await stores.close()
    }
  } finally {
    if (databaseUrl) await dropDatabase(databaseUrl, PRODUCT)
    await remove()
  }
})
