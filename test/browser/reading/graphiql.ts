import type { Page, Request } from 'playwright-core'
import type { Marketplace } from '../marketplace.js'

/** GraphiQL as people meet it: what the page knows follows from who asks. */

export const graphiql = (opened: () => Marketplace) =>
  describe('GraphiQL', () => {
    let market: Marketplace
    let page: Page

    beforeAll(() => {
      market = opened()
    })

    beforeEach(async () => {
      page = await market.arrive()
    })
    afterEach(() => page.context().close())

    /** Opens the page and waits until it knows the schema that this persona may discover. */
    async function open(persona: string, query = ''): Promise<void> {
      const introspected = () =>
        page.waitForResponse(response => (response.request().postData() ?? '').includes('__schema'))
      await Promise.all([
        introspected(),
        page.goto(`${market.url}/graphiql${query && `?query=${encodeURIComponent(query)}`}`),
      ])
      if (persona !== 'visitor') await Promise.all([introspected(), page.locator('#persona').selectOption(persona)])
      await page.locator('.graphiql-execute-button').waitFor()
    }

    /**
     * Clicks until a question goes out that is not the page's own: the editor fills itself in its own time, and a click
     * before that asks nothing. A question is not clicked at twice, which would stop it, however long its answer takes.
     */
    async function execute(): Promise<Request> {
      for (let tries = 3; ; tries--) {
        const asked = page.waitForRequest(
          request => request.url().endsWith('/graphql') && !(request.postData() ?? '__schema').includes('__schema'),
          { timeout: 15_000 },
        )
        await page.locator('.graphiql-execute-button').click()
        const request = await asked.catch(error => {
          if (tries === 1) throw error
        })
        if (request) return request
      }
    }

    /** What the response pane shows for a query. */
    async function ask(persona: string, query: string): Promise<string> {
      await open(persona, query)
      await page
        .locator('.graphiql-editors .view-line')
        .filter({ hasText: query.slice(0, 12).trim() })
        .first()
        .waitFor()
      await execute()
      const response = page.locator('.result-window .view-lines').filter({ hasText: '{' })
      await response.waitFor()
      return ((await response.textContent()) ?? '').replace(/\u00a0/g, ' ')
    }

    it('opens from the header of every page, and speaks to no other host', async () => {
      await page.goto('/')
      await page.getByRole('link', { name: 'GraphiQL' }).click()
      await page.locator('.graphiql-execute-button').waitFor()
      expect(market.strangers()).toEqual([])
      expect(market.faults).toEqual([])
    })

    it('asks as whoever is signed in, and as others without that session', async () => {
      const query = '{ mesh { me { subject } } }'
      await page.goto(
        `${market.url}/auth/login?${new URLSearchParams({ returnTo: `/graphiql?${new URLSearchParams({ query })}` })}`,
      )
      await page.getByRole('button', { name: 'steward' }).click()
      await page.locator('.graphiql-execute-button').waitFor()
      const answer = async () => {
        await page.locator('.graphiql-editors .view-line').filter({ hasText: 'mesh' }).first().waitFor()
        const answered = await (await execute()).response()
        return ((await answered!.json()) as { data: { mesh: { me: { subject: string } } } }).data.mesh.me.subject
      }
      expect(await answer()).toBe('user:steward')
      const introspected = () =>
        page.waitForResponse(response => (response.request().postData() ?? '').includes('__schema'))
      await Promise.all([introspected(), page.locator('#persona').selectOption('visitor')])
      expect(await answer()).toBe('visitor')
    })

    it('stands below one another on a phone, each pane as wide as the page', async () => {
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await ask('visitor', '{ mesh { products { nodes { name } } } }')).toContain('asia-sales')
      const editors = (await page.locator('.graphiql-editors').boundingBox())!
      const answers = (await page.locator('.graphiql-response').boundingBox())!
      expect(answers.y).toBeGreaterThanOrEqual(editors.y + editors.height)
      expect(Math.min(editors.width, answers.width)).toBeGreaterThan(340)
    })

    it('shows what a subscription brings, until it is stopped', async () => {
      const query = 'subscription { referenceGeographyPublished(after: 0) { product publication datasets } }'
      expect(await ask('visitor', query)).toMatch(/"product": "reference-geography",\s*"publication": \d+/)
      const stop = page.locator('.graphiql-execute-button[aria-label^="Stop"]')
      await stop.click()
      await page.locator('.graphiql-execute-button[aria-label^="Execute"]').waitFor()
    })

    it('answers a visitor with what is public, and with nothing else', async () => {
      expect(await ask('visitor', '{ referenceGeography { country(code: "GB") { name } } }')).toContain(
        'United Kingdom',
      )
      const refused = await ask('visitor', '{ ukSales { orders(first: 1) { totalCount } } }')
      expect(refused).toContain('UNAUTHORIZED_FIELD_OR_TYPE')
      expect(refused).not.toContain('2000')
    })

    it('answers the steward', async () => {
      expect(await ask('steward', '{ ukSales { orders(first: 1) { totalCount } } }')).toMatch(/"totalCount": 2000/)
    })

    it('shows in its documentation what the caller may discover, and no more', async () => {
      const documentation = async (persona: string) => {
        await open(persona)
        const explorer = page.locator('.graphiql-doc-explorer')
        // The page remembers whether it was open.
        if (!(await explorer.isVisible())) await page.getByLabel(/Show Documentation Explorer/).click()
        for (const place of ['Query', 'UkSales', 'UkSalesOrdersConnection', 'UkSalesOrder']) {
          await explorer.getByRole('link', { name: place, exact: true }).first().click()
        }
        await explorer.getByRole('link', { name: 'customerEmail', exact: true }).waitFor()
        return explorer.textContent()
      }
      expect(await documentation('analyst')).not.toMatch(/margin/i)
      expect(await documentation('steward')).toMatch(/margin/)
    })
  })
