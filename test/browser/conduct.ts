import type { Page } from 'playwright-core'
import type { Marketplace } from './marketplace.js'

/** After each test: pages spoke to this gateway only, and nothing went wrong in them. `page`: closed before, with its visitor. */
export function watchConduct(opened: () => Marketplace, page?: () => Page): void {
  afterEach(async () => {
    await page?.().context().close()
    const market = opened()
    expect(market.strangers()).toEqual([])
    expect(market.faults.splice(0)).toEqual([])
  })
}
