import { text } from 'node:stream/consumers'
import type { InputConnector, SourceItem } from '../../../subgraphs/runtime/src/input-ports/port.js'

/** A real source, as the suite handles it. */
export interface Source {
  connector: InputConnector
  /** Makes or replaces an item. The suite uses the names `a` and `b`; the source makes of them what it needs. */
  put(name: 'a' | 'b', content: string): Promise<void>
  remove(name: 'a' | 'b'): Promise<void>
  /** From the bytes of an item back to the content that was put. Default: they are the same. */
  contentOf?(bytes: string): string
  /** True where only reading tells whether something has changed. */
  withoutRevisions?: boolean
  /** What `list` calls it. */
  itemName(name: 'a' | 'b'): string
  /** The source can no longer be reached. */
  breakDown(): Promise<void>
  close(): Promise<void>
}

/** What landing relies on, whatever the connector: a new one is a file beside the others and a call of this suite. */
export function inputConnectorSuite(name: string, make: () => Promise<Source>): void {
  describe(`input connector ${name}`, () => {
    let source: Source
    beforeEach(async () => {
      source = await make()
    })
    afterEach(async () => {
      await source.connector.close()
      await source.close()
    })
    const known = new Map<string, string>()
    const read = async (item: SourceItem) => {
      const bytes = await text(await source.connector.open(item))
      return source.contentOf ? source.contentOf(bytes) : bytes
    }
    const list = async () => {
      const { items, problems } = await source.connector.list(known)
      expect(problems).toEqual([])
      return items
    }

    test('lists in a stable order and opens the bytes as they are', async () => {
      await source.put('b', 'second')
      await source.put('a', 'first ü\r\n')
      const items = await list()
      expect(items.map(item => item.name)).toEqual([source.itemName('a'), source.itemName('b')])
      expect(await read(items[0]!)).toBe('first ü\r\n')
      expect(await read(items[1]!)).toBe('second')
    })

    test('a revision stays while the content does, and changes with it, at the same length too', async () => {
      await source.put('a', 'one')
      const before = await list()
      expect((await list()).map(item => item.revision)).toEqual(before.map(item => item.revision))
      await source.put('a', 'two')
      const after = await list()
      if (source.withoutRevisions) expect(after[0]!.revision).toBeUndefined()
      else expect(after[0]!.revision).not.toBe(before[0]!.revision)
      expect(await read(after[0]!)).toBe('two')
    })

    test('what is unchanged is listed by its known revision, and need not be read', async () => {
      await source.put('a', 'one')
      const [before] = await list()
      const { items, problems } = await source.connector.list(
        new Map(before!.revision === undefined ? [] : [[before!.name, before!.revision]]),
      )
      expect([items.map(item => item.revision), problems]).toEqual([[before!.revision], []])
    })

    test('what went is no longer listed', async () => {
      await source.put('a', 'one')
      await source.put('b', 'two')
      await list()
      await source.remove('a')
      expect((await list()).map(item => item.name)).toEqual([source.itemName('b')])
    })

    test('an empty source is a problem', async () => {
      const { items, problems } = await source.connector.list()
      expect([items, problems.map(problem => problem.severity)]).toEqual([[], ['error']])
    })

    test('a source that cannot be reached is a problem that names the port and what to do, not a throw', async () => {
      await source.put('a', 'one')
      await list()
      await source.breakDown()
      const { items, problems } = await source.connector.list()
      expect(items).toEqual([])
      expect(problems).toMatchObject([{ severity: 'error', file: 'product.odps.yaml', line: 7 }])
      expect(problems[0]!.message).toMatch(/orders/)
      expect(problems[0]!.hint.length).toBeGreaterThan(20)
    })
  })
}

/** Where the port stands, in every suite. */
export const PLACE = { file: 'product.odps.yaml', line: 7, column: 3 }
