import { addressOf, type Product, type QualityRule } from '@terrane/schema'
import { authenticated } from '../product-access.js'
import { CommandFailure, Exit } from '../terminal.js'

interface Changed {
  changedBy: string
  changedAt: string
  baselineChanged: boolean
}
export type ModelOverlay = Changed & { model: string; sql?: string; baseline?: string }
export type QualityOverlay = Changed & { dataset: string; rules?: QualityRule[]; baseline?: QualityRule[] }
export interface Overlays {
  models: ModelOverlay[]
  quality: QualityOverlay[]
}

/** What was put over a running product through its control port. `from`: its mesh, or its own address there. */
export async function readOverlays(from: string, product: Product, token: () => Promise<string>): Promise<Overlays> {
  const own = new URL(from).pathname.startsWith('/data/')
  const at = `${from}${own ? '' : addressOf(product)}/control/overlays`
  const send = authenticated(request => fetch(request), token)
  const answer = await send(new Request(at, { headers: { accept: 'application/json' } })).catch(() => {
    throw new CommandFailure(
      Exit.Unreachable,
      `No mesh answers at ${from}.\n  Name it with --from or TERRANE_MESH_URL; on this machine PORT says where.`,
    )
  })
  if (answer.status === 401 || answer.status === 403) {
    throw new CommandFailure(
      Exit.Usage,
      `${from} does not tell this caller what was changed at ${product.name} (HTTP ${answer.status}).\n  Set TERRANE_TOKEN to a token of somebody who may observe or control it.`,
    )
  }
  const found = (await answer.json().catch(() => undefined)) as Partial<Overlays> | undefined
  if (answer.ok && Array.isArray(found?.models) && Array.isArray(found.quality)) return found as Overlays
  throw new CommandFailure(
    Exit.Unreachable,
    `${at} answers HTTP ${answer.status} and tells no overlays.\n  Check that ${product.name} is in this mesh: npx terrane crawl ${new URL(from).origin}`,
  )
}
