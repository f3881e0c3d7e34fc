import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { writeFranceSales } from './france-sales.js'
import { writeGermanySales } from './germany-sales.js'
import { type GeneratedMessages, writeIndiaSales } from './india-sales.js'
import { writeJapanSales } from './japan-sales.js'
import { type Generated, monthsUntil } from './orders.js'
import { writeReferenceGeography } from './reference-geography.js'
import { writeUkSales } from './uk-sales.js'

/** Everything under `<home>/sources/` of one home. */
export interface DemoSources {
  folder: string
  today: string
  fresh: boolean
  geography: string[]
  uk: Generated
  france: Generated
  germany: Generated
  japan: Generated
  india: GeneratedMessages
}

export const sourcesFolder = (home: string) => path.join(home, 'sources')

/** Raise when files written by an older generator must be written anew. */
const EDITION = 3

/**
 * Writes the source files of the demo below `<home>/sources/`, or leaves them where they are already: what was
 * published from them must not change under a running mesh. Same `today` and `orders`, same bytes.
 */
export async function generateSources(
  home: string,
  options: { today?: Date; orders?: number } = {},
): Promise<DemoSources> {
  const folder = sourcesFolder(home)
  const orders = options.orders ?? 100_000
  const marker = path.join(folder, 'generated.json')
  if (existsSync(marker)) {
    const { edition, ...known } = JSON.parse(readFileSync(marker, 'utf8')) as DemoSources & { edition: number }
    if (edition === EDITION && known.uk.orders === orders) {
      // Whole paths were written once; the home may have been elsewhere since.
      const below = (file: string) => (path.isAbsolute(file) ? path.relative(known.folder, file) : file)
      return { ...placed(known, file => path.join(folder, below(file))), folder, fresh: false }
    }
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const today = options.today ?? new Date()
  const months = monthsUntil(today)
  const sources: DemoSources = {
    folder,
    today: today.toISOString().slice(0, 10),
    fresh: true,
    geography: writeReferenceGeography(path.join(folder, 'reference-geography'), months),
    uk: writeUkSales(path.join(folder, 'uk-sales'), months, orders),
    france: writeFranceSales(path.join(folder, 'france-sales'), months, orders),
    germany: await writeGermanySales(path.join(folder, 'germany-sales'), months, orders),
    japan: writeJapanSales(path.join(folder, 'japan-sales'), months, orders),
    india: writeIndiaSales(path.join(folder, 'india-sales'), months, orders),
  }
  // Written last: without it the rest counts as unfinished. Its paths begin at the folder, which may be moved or copied.
  const movable = { ...placed(sources, file => path.relative(folder, file)), folder: '.' }
  writeFileSync(marker, JSON.stringify({ edition: EDITION, ...movable }, null, 2))
  return sources
}

function placed(sources: DemoSources, place: (file: string) => string): DemoSources {
  const { geography, uk, france, germany, japan, india } = sources
  const of = <Country extends Generated>(country: Country) => ({ ...country, files: country.files.map(place) })
  return {
    ...sources,
    geography: geography.map(place),
    uk: of(uk),
    france: of(france),
    germany: of(germany),
    japan: of(japan),
    india: of(india),
  }
}
