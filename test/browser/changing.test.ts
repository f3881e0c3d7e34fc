import { askingForAccess } from './changing/asking-for-access.js'
import { administeringAPipeline } from './changing/pipeline.js'
import { describeInBrowser } from './chromium.js'
import { Marketplace } from './marketplace.js'

/** What changes different products of the mesh, and looks at its own alone, shares one mesh and one browser. */
describeInBrowser('changing', () => {
  let market: Marketplace

  beforeAll(async () => {
    market = await Marketplace.open()
  }, 180_000)
  afterAll(() => market?.close(), 30_000)

  askingForAccess(() => market)
  administeringAPipeline(() => market)
})
