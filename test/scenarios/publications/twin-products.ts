import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type DataProduct, openDataProduct } from '@terrane/runtime'
import type { GatewayKeys } from '@terrane/schema'

/** Items of each twin, each of which refers to one of the other twin. */
export const ITEMS = 30

/** One of two products that refer to each other; every row tells the edition that it was published in. */
export class Twin {
  private constructor(
    readonly name: string,
    readonly product: DataProduct,
    private readonly file: string,
  ) {}

  static async open(base: string, name: string, other: string, trust: GatewayKeys['jwks']): Promise<Twin> {
    const folder = path.join(base, name)
    const file = path.join(base, `${name}.csv`)
    await write(folder, name, other)
    await writeItems(file, 1)
    const home = path.join(base, 'home')
    const { product, problems } = await openDataProduct({ folder, home, trust, env: { ITEMS: file }, log: () => {} })
    if (!product) throw new Error(JSON.stringify(problems))
    return new Twin(name, product, file)
  }

  /** The number of the publication in which every row says `edition`. */
  async publish(edition: number): Promise<number> {
    await writeItems(this.file, edition)
    const { state, publication, problems } = await this.product.run('test')
    if (state !== 'PUBLISHED') throw new Error(JSON.stringify(problems))
    return publication!
  }
}

async function writeItems(file: string, edition: number): Promise<void> {
  const lines = Array.from({ length: ITEMS }, (_, at) => `${at},${(at * 7 + edition) % ITEMS},${edition}`)
  await writeFile(`${file}.new`, `item_id,other_id,edition\n${lines.join('\n')}\n`)
  await rename(`${file}.new`, file)
}

const capital = (name: string) => name[0]!.toUpperCase() + name.slice(1)

async function write(folder: string, name: string, other: string): Promise<void> {
  const key = '{ name: item_id, logicalType: string, required: true'
  const files = {
    'product.odps.yaml': `
apiVersion: v1.0.0
kind: DataProduct
id: ${name === 'north' ? '5b0b6c5e-8a0e-4a53-9d1e-4f4f1f3c9b01' : '5b0b6c5e-8a0e-4a53-9d1e-4f4f1f3c9b02'}
name: ${name}
version: 1.0.0
status: active
domain: twins
inputPorts:
  - { name: items, version: 1.0.0, contractId: ${name}.input.items }
outputPorts:
  - { name: items, version: 1.0.0, type: tables, contractId: ${name}.items }
team: { name: Twins }
customProperties:
  - { property: terrane.visibility, value: public }
`,
    'contracts/inputs/items.odcs.yaml': `
apiVersion: v3.1.0
kind: DataContract
id: ${name}.input.items
version: 1.0.0
status: active
servers:
  - { server: files, type: local, path: "\${ITEMS:-items.csv}", format: csv }
schema:
  - name: items
    properties:
      - ${key} }
      - { name: other_id, logicalType: string }
      - { name: edition, logicalType: integer }
`,
    'contracts/items.odcs.yaml': `
apiVersion: v3.1.0
kind: DataContract
id: ${name}.items
name: Items
version: 1.0.0
status: active
schema:
  - name: items
    customProperties:
      - { property: terrane.entity, value: ${capital(name)}Item }
      - { property: terrane.visibility, value: public }
    properties:
      - ${key}, primaryKey: true, primaryKeyPosition: 1, unique: true, classification: public }
      - name: other_id
        logicalType: string
        classification: public
        relationships:
          - { to: items.item_id, type: foreignKey }
        customProperties:
          - { property: terrane.entity, value: ${capital(other)}Item }
      - { name: edition, logicalType: integer, classification: public }
`,
    'pipeline/output/items.sql': 'SELECT item_id, other_id, edition FROM input.items ORDER BY item_id',
  }
  for (const [place, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, place)), { recursive: true })
    await writeFile(path.join(folder, place), `${text.trim()}\n`)
  }
}
