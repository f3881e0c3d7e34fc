import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys, type Problem } from '@terrane/schema'
import { client, folder, type Harbour, openHarbour } from '../harbour/harbour.js'

/**
 * The harbour once more, with everything a careless author may write: its withheld names (the property `profit`, called
 * "net takings" by its people, and the whole dataset `tariffs`) stand in descriptions, tags, rules, agreements and SQL.
 */
export interface GuardedHarbour extends Harbour {
  productFolder: string
  /** A request below the product's address. */
  send: (method: string, pathname: string, headers: Record<string, string>, body?: Body) => Promise<Response>
  /** Closes and opens it again, as a redeploy does. */
  redeploy: () => Promise<Problem[]>
}
interface Body {
  type?: string
  text: string
}

export const address = '/data/ports/north/harbour/1'

export async function openGuardedHarbour(): Promise<GuardedHarbour> {
  const base = await mkdtemp(path.join(os.tmpdir(), 'terrane-guarded-'))
  const productFolder = path.join(base, 'product')
  await cp(folder, productFolder, { recursive: true })
  await beCareless(productFolder)
  let harbour = await openHarbour({ productFolder })
  const close = harbour.close
  const guarded: GuardedHarbour = {
    ...harbour,
    productFolder,
    send: (method, pathname, headers, body) =>
      harbour.product.fetch(
        new Request(`http://harbour.test${address}${pathname}`, {
          method,
          headers: { ...headers, ...(body ? { 'content-type': body.type ?? 'application/json' } : {}) },
          ...(body ? { body: body.text } : {}),
        }),
      ),
    async redeploy() {
      await harbour.product.close()
      const { home, sources, signer } = harbour
      const keys = await loadOrCreateKeys(home)
      const env = { HARBOUR_SOURCES: sources }
      const { product, problems } = await openDataProduct({ folder: productFolder, home, trust: keys.jwks, env })
      if (!product) throw new Error(JSON.stringify(problems))
      harbour = client(product, home, sources, signer, () => product.close())
      const { ask, get, as } = harbour
      Object.assign(guarded, { product, ask, get, as })
      return problems
    },
    async close() {
      await harbour.product.close()
      await close()
      await rm(base, { recursive: true, force: true })
    },
  }
  return guarded
}

async function beCareless(productFolder: string): Promise<void> {
  const contract = path.join(productFolder, 'contracts', 'register.odcs.yaml')
  await rewrite(contract, [
    ['description: Every time a ship came in.', 'description: Every time a ship came in, before profits were taken.'],
    ['{ name: berth, logicalType: integer,', '{ name: berth, logicalType: integer, description: See the tariff of it,'],
    ['name: flag, logicalType: string,', 'name: flag, logicalType: string, description: Where it is registered,'],
    [
      '- name: profit\n',
      '- name: profit\n        businessName: Net takings\n        quality:\n          - { id: all_told, metric: nullValues, type: library, mustBe: 0, severity: error }\n',
    ],
    [
      'name: remark, logicalType: string,',
      'name: remark, logicalType: string, description: Some tell the net-takings,',
    ],
    [
      '    quality:\n      - { id: has_calls',
      '    quality:\n      - { id: profit_known, metric: rowCount, type: library, mustBeGreaterThan: 1 }\n      - { id: has_calls',
    ],
    ['  - name: calls\n', TARIFFS],
    [
      '    description: Ships that have',
      '    quality:\n      - { id: has_ships, metric: rowCount, type: library, mustBeGreaterThan: 7 }\n    description: Ships that have',
    ],
  ])
  await appendFile(
    contract,
    `slaProperties:
  - { property: frequency, value: 1, unit: d, element: calls.arrived_at }
  - { property: retention, value: 77, unit: y, element: calls.profit }
support:
  - { channel: quay, url: "https://quay.example/" }
`,
  )
  await rewrite(path.join(productFolder, 'product.odps.yaml'), [
    [
      'notices to everybody.',
      'notices to everybody.\n  limitations: HarbourTariffs are estimates.\n  usage: Ask the master.\ntags: [ships-and-quays, gross-profits]',
    ],
    ['{ name: register, version: 1.0.0,', '{ name: register, description: Calls with their Profit, version: 1.0.0,'],
    [
      '  name: Harbour master',
      '  name: Harbour master\n  description: Counts the takings net of tax. Not the NET TAKINGS.\n  members: [{ username: olaf, role: keeper of tariffs }]',
    ],
  ])
  const sql = (layer: string, name: string, text: string) =>
    writeFile(path.join(productFolder, 'pipeline', layer, `${name}.sql`), text)
  await sql('abstraction', 'profit_share', 'SELECT call_id, profit AS share FROM input.calls')
  await sql('output', 'tariffs', 'SELECT call_id AS tariff_id, share AS surcharge FROM abstraction.profit_share')
}

const TARIFFS = `  - name: tariffs
    customProperties:
      - { property: terrane.discover, value: granted }
    properties:
      - { name: tariff_id, logicalType: integer, primaryKey: true, primaryKeyPosition: 1, required: true, classification: internal }
      - { name: surcharge, logicalType: number, physicalType: "decimal(10,2)", classification: internal }
  - name: calls
`

async function rewrite(file: string, changes: [string, string][]): Promise<void> {
  let text = await readFile(file, 'utf8')
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file} does not say "${from}" any longer.`)
    text = text.replace(from, () => to)
  }
  await writeFile(file, text)
}
