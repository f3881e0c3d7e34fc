import type { Page } from 'playwright-core'
import { watchConduct } from '../conduct.js'
import type { Marketplace } from '../marketplace.js'

/** From a question to a product: search, facets, the map, and what a product's page says to whom. */

export const findingData = (opened: () => Marketplace) =>
  describe('finding data', () => {
    let market: Marketplace
    let page: Page

    beforeAll(() => {
      market = opened()
    })
    watchConduct(opened, () => page)

    const results = (of: Page) => of.getByRole('region', { name: 'Results' }).getByRole('listitem')
    const titles = async (of: Page) => (await results(of).getByRole('link').allTextContents()).toSorted()

    it('shows a visitor what was just published, what is his, and the mesh as a map', async () => {
      page = await market.arrive()
      await page.goto('/')
      const map = page.getByRole('region', { name: /^Map of the mesh/ })
      await map.getByRole('link', { name: /^europe-sales europe; reads .*uk-sales/ }).waitFor()
      expect(await map.getByRole('link').count()).toBeGreaterThanOrEqual(4)
      const mine = page.getByRole('heading', { name: 'What I can read' }).locator('..')
      await mine.getByRole('link', { name: 'reference-geography' }).waitFor()
      expect(await mine.getByRole('link', { name: 'uk-sales' }).count()).toBe(0)
    })

    it('searches from the keyboard, and the address holds what was looked for', async () => {
      page = await market.arrive()
      await page.goto('/')
      await page.getByRole('heading', { name: 'The mesh' }).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('exchange')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/products?q=exchange')
      await results(page).first().waitFor()
      expect(await titles(page)).toContain('reference-geography')
      expect(await titles(page)).not.toContain('france-sales')
    })

    it('narrows by facets that stand in the address, and survives a reload and the way back', async () => {
      page = await market.arrive()
      await market.signIn(page, 'analyst', '/products')
      await results(page).nth(8).waitFor()
      const all = await titles(page)
      await page.getByRole('checkbox', { name: /^europe\/uk/ }).check()
      await page.waitForURL('**/products?domain=europe%2Fuk')
      await expectTitles(['uk-sales'])
      await page.reload()
      await expectTitles(['uk-sales'])
      expect(await page.getByRole('checkbox', { name: /^europe\/uk/ }).isChecked()).toBe(true)
      // What was chosen can be taken back, even where nothing fits it any more.
      await page.goto('/products?domain=europe%2Fuk&access=ALL')
      await page.getByText('Nothing fits').waitFor()
      expect(await page.getByRole('checkbox', { name: /^I can read all of it/ }).isChecked()).toBe(true)
      await page.getByRole('button', { name: 'Clear 2 filters' }).click()
      await expectTitles(all)
      await page.goBack()
      await page.getByText('Nothing fits').waitFor()
    })

    async function expectTitles(wanted: string[]): Promise<void> {
      await page.getByText(`${wanted.length} product`, { exact: false }).first().waitFor()
      await page.waitForFunction(
        count => document.querySelectorAll('section[aria-label="Results"] li').length === count,
        wanted.length,
      )
      expect(await titles(page)).toEqual(wanted)
    }

    it('shows the analyst which fields are locked, which grant opens them, and nothing of what is hidden', async () => {
      page = await market.arrive()
      await market.signIn(page, 'analyst', '/products/uk-sales/fields')
      const row = (name: string) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })
      await row('customer_email').waitFor()
      expect(await row('customer_email').textContent()).toMatch(/locked.*uk-sales\/orders\/customer_email/)
      expect(await row('amount').textContent()).toMatch(/readable/)
      expect(await page.locator('body').textContent()).not.toMatch(/margin/i)
      await page.getByText('You can read 8 of 9 fields.').waitFor()
    })

    it('sorts, filters and profiles fields; the address holds it', async () => {
      page = await market.arrive()
      await market.signIn(page, 'analyst', '/products/uk-sales/fields')
      await page.getByRole('button', { name: 'Field', exact: true }).click()
      const first = page.locator('tbody tr').first()
      await first.filter({ hasText: 'amount' }).waitFor()
      await page.getByRole('button', { name: 'Field', exact: true }).click()
      await first.filter({ hasText: 'quantity' }).waitFor()
      await page.getByLabel('Filter fields').fill('country')
      await page.getByRole('button', { name: 'Profile' }).click()
      await page.getByRole('button', { name: 'Values of country_code' }).click()
      await page.getByText('Most frequent values of country_code').waitFor()
      await page.getByText('GB', { exact: true }).waitFor()
      const { searchParams } = new URL(page.url())
      expect(Object.fromEntries(searchParams)).toEqual({ sort: '-name', filter: 'country', profile: '1' })
      expect(await page.locator('tbody tr').count()).toBe(2)
    })

    it('shows sample rows under the reader’s own rights', async () => {
      page = await market.arrive()
      await market.signIn(page, 'analyst', '/products/uk-sales/sample')
      const sample = page.getByRole('region', { name: 'Sample of orders' })
      await sample.getByRole('row').nth(5).waitFor()
      expect(await sample.getByRole('columnheader').allTextContents()).not.toContain('customer_email')
      // Masked to the initial.
      const names = await sample.locator('tbody tr td:nth-child(5)').allTextContents()
      expect(names.every(name => /^.…$/u.test(name))).toBe(true)
      await page.goto('/products/france-sales/sample')
      await sample.getByRole('row').first().waitFor()
    })

    it('writes snippets of exactly the fields that may be read, and opens them in GraphiQL', async () => {
      page = await market.arrive()
      await market.signIn(page, 'analyst', '/products/uk-sales/use')
      const snippet = page.locator('pre')
      await snippet.waitFor()
      const query = (await snippet.textContent())!
      expect(query).toContain('customerName')
      expect(query).not.toContain('customerEmail')
      const answer = await page.request.post('/graphql', {
        data: { query },
        headers: { origin: market.url },
      })
      const { data, errors } = await answer.json()
      expect(errors).toBeUndefined()
      expect(data.ukSales.orders.nodes).toHaveLength(10)
      await page.getByRole('link', { name: 'Open in GraphiQL' }).click()
      await page.locator('.graphiql-editors .view-line').filter({ hasText: 'customerName' }).first().waitFor()
      await page.goto('/products/uk-sales/use?as=python')
      expect(await snippet.textContent()).toContain(`${market.url}/data/europe/uk/uk-sales/1/orders/1.parquet`)
    })

    it('draws lineage from other products through inputs and models, to be followed by arrow keys', async () => {
      page = await market.arrive()
      await market.signIn(page, 'analyst', '/products/europe-sales/lineage')
      const map = page.getByRole('region', { name: /^Lineage of europe-sales/ })
      const france = map.getByRole('link', { name: /^france-sales data product; feeds france_orders/ })
      await france.waitFor()
      await france.focus()
      await page.keyboard.press('ArrowRight')
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')
      expect(await focused()).toMatch(/^france_orders input/)
      await page.keyboard.press('ArrowRight')
      expect(await focused()).toMatch(/ model; reads .*france_orders/)
      await page.keyboard.press('ArrowLeft')
      expect(await focused()).toMatch(/_orders input/)
    })

    it('tells of publications and what they were made of, and of promises kept', async () => {
      page = await market.arrive()
      await market.signIn(page, 'analyst', '/products/europe-sales/publications')
      const row = page.getByRole('row').filter({ hasText: 'in force' })
      await row.waitFor()
      expect(await row.textContent()).toMatch(/uk-sales, ?publication 1/)
      await page.getByRole('navigation', { name: 'About this product' }).getByRole('link', { name: 'Quality' }).click()
      await page.waitForURL('**/products/europe-sales/quality')
      await page.getByRole('row').filter({ hasText: 'every_currency_has_a_rate' }).getByText('kept').waitFor()
    })

    it('says what to do where there is nothing', async () => {
      page = await market.arrive()
      await page.goto('/products/no-such-thing')
      await page.getByText('There is no product no-such-thing that you may know of').waitFor()
      await page.goto('/products?q=zzzzzz')
      await page.getByText('Nothing fits').waitFor()
      await page.goto('/requests')
      await page.getByText('Nobody is signed in').waitFor()
    })

    it('tells that the gateway cannot be reached, and comes back by itself when asked again', async () => {
      page = await market.arrive()
      await page.route('**/graphql', route => route.abort())
      await page.goto('/products')
      const alert = page.getByRole('alert')
      await alert.waitFor()
      expect(await alert.textContent()).toContain('The gateway cannot be reached')
      await page.unroute('**/graphql')
      await alert.getByRole('button', { name: 'Try again' }).click()
      await results(page).first().waitFor()
    })
  })
