import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Compares with the file beside the tests; `UPDATE_GOLDEN=1` writes it anew, for people to read the difference. */
export function expectGolden(name: string, text: string): void {
  const file = join(__dirname, `${name}.golden.graphql`)
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text)
  if (!existsSync(file)) throw new Error(`${file} is missing: run once with UPDATE_GOLDEN=1`)
  expect(text).toBe(readFileSync(file, 'utf8'))
}
