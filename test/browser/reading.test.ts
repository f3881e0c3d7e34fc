import { describeInBrowser } from './chromium.js'
import { Marketplace } from './marketplace.js'
import { findingData } from './reading/finding-data.js'
import { theFrame } from './reading/frame.js'
import { graphiql } from './reading/graphiql.js'

/** Whatever only reads shares one mesh and one browser; what changes the mesh has its own. */
describeInBrowser('reading', () => {
  let market: Marketplace

  beforeAll(async () => {
    market = await Marketplace.open()
  }, 180_000)
  afterAll(() => market?.close(), 30_000)

  theFrame(() => market)
  findingData(() => market)
  graphiql(() => market)
})
