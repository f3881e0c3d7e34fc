import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys } from '@terrane/schema'
import { client, folder, type Harbour, openHarbour } from '../harbour/harbour.js'

/** A field of a product's own that answers when the test lets it: a question that is under way for as long as that. */
const WAITING = `import { Governed } from '@terrane/schema'
import { FieldResolver, Resolver } from 'type-graphql'
export default ({ types }) => {
  @Resolver(() => types.Ship)
  class Extras {
    @FieldResolver(() => String, { nullable: true })
    @Governed({ classification: 'internal' })
    pilot() {
      return globalThis.pilotIsCalled()
    }
  }
  return [Extras]
}`
const QUESTION = '{ harbour { ship(shipId: "S001") { name pilot } } }'

const pilots = globalThis as { pilotIsCalled?: () => Promise<string> }
let base: string
let harbour: Harbour
let pilotComes: (name: string) => void
let called: Promise<void>
beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'terrane-closing-'))
  const productFolder = path.join(base, 'product')
  await cp(folder, productFolder, { recursive: true })
  await writeFile(path.join(productFolder, 'resolvers.ts'), WAITING)
  called = new Promise(resolve => {
    pilots.pilotIsCalled = () => {
      resolve()
      return new Promise(comes => {
        pilotComes = comes
      })
    }
  })
  harbour = await openHarbour({ productFolder })
})
afterEach(async () => {
  delete pilots.pilotIsCalled
  await harbour.close()
  await rm(base, { recursive: true, force: true })
})

/** What the audit says once the product is opened again. */
async function readBy(subject: string): Promise<object[]> {
  const { jwks } = await loadOrCreateKeys(harbour.home)
  const env = { HARBOUR_SOURCES: harbour.sources }
  const { product } = await openDataProduct({ folder, home: harbour.home, trust: jwks, env })
  const again = client(product!, harbour.home, harbour.sources, harbour.signer, () => product!.close())
  try {
    const answer = await again.get(
      `/data/ports/north/harbour/1/observability/audit?subject=${subject}`,
      await again.as('admin'),
    )
    return ((await answer.json()) as { audit: object[] }).audit
  } finally {
    await again.close()
  }
}
const READ = expect.objectContaining({ dataset: 'ships', outcome: 'allowed', properties: ['name', 'ship_id'] })

test('a question under way is answered, and all who close wait for it', async () => {
  const answer = harbour.ask(QUESTION, await harbour.as('steward'))
  await called
  let closed = 0
  const closings = [1, 2, 3].map(() => harbour.product.close().then(() => closed++))
  await new Promise(resolve => setImmediate(resolve))
  expect(closed).toBe(0)
  pilotComes('Ann')
  expect(await answer).toMatchObject({ data: { harbour: { ship: { name: 'Ship 1', pilot: 'Ann' } } } })
  await Promise.all(closings)
  expect(await readBy('user:steward')).toEqual([READ])
})

test('one that does not end is given up: it is answered nothing more, and what it read is on record', async () => {
  const answer = harbour.ask(QUESTION, await harbour.as('steward'))
  await called
  await Promise.all([harbour.product.close(), harbour.product.close()])
  expect(await readBy('user:steward')).toEqual([READ])
  pilotComes('Ann')
  const { data, errors } = await answer
  expect([data?.harbour, errors]).toMatchObject([undefined, [{ extensions: { code: 'OPERATION_ABORTED' } }]])
})
