import { askingForAccess } from './changing/asking-for-access.js'
import { administeringAPipeline } from './changing/pipeline.js'
import { administeringAProduct } from './changing/product.js'
import { describeInBrowser } from './chromium.js'
import { Marketplace } from './marketplace.js'
import { findingData } from './reading/finding-data.js'
import { theFrame } from './reading/frame.js'
import { graphiql } from './reading/graphiql.js'

/** One mesh and one browser, which take longer to start than most of these take: first who only reads, then who changes. */
describeInBrowser('the pages', () => {
  let market: Marketplace

  beforeAll(async () => {
    market = await Marketplace.open()
  })
  afterAll(() => market?.close())

  theFrame(() => market)
  findingData(() => market)
  graphiql(() => market)
  askingForAccess(() => market)
  administeringAPipeline(() => market)
  administeringAProduct(() => market)
})
