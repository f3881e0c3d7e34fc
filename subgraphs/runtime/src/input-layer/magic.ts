import { open, stat } from 'node:fs/promises'

/** Parquet, "File Format": the magic number PAR1 stands at both ends, the footer before the last. */
export async function hasMagic(file: string): Promise<boolean> {
  const { size } = await stat(file)
  if (size < 12) return false
  const handle = await open(file, 'r')
  try {
    const ends = Buffer.alloc(8)
    await handle.read(ends, 0, 4, 0)
    await handle.read(ends, 4, 4, size - 4)
    return ends.toString('latin1') === 'PAR1PAR1'
  } finally {
    await handle.close()
  }
}
