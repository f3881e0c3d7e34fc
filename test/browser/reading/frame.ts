import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { barriersOf } from '../accessibility.js'
import { watchConduct } from '../conduct.js'
import type { Marketplace } from '../marketplace.js'

/** What all pages have in common: who is asking, keys, colours, phones, what is loaded when, and that all can use them. */

const DIST = path.resolve(__dirname, '../../../marketplace/dist')
const LARGEST_FIRST_SCRIPT = 300 * 1024

const PAGES: [path: string, shown: string][] = [
  ['/', 'europe/uk'],
  ['/products', '9 products'],
  ['/products/uk-sales', 'Who answers for it'],
  ['/products/uk-sales/fields', 'customer_email'],
  ['/products/uk-sales/sample', 'Download csv'],
  ['/products/europe-sales/quality', 'every_currency_has_a_rate'],
  ['/products/europe-sales/lineage', 'orders_of_all'],
  ['/products/uk-sales/use', 'Open in GraphiQL'],
  ['/products/europe-sales/publications', 'in force'],
  ['/products/uk-sales/access', 'What you have'],
  ['/requests', 'No requests yet'],
]

export const theFrame = (opened: () => Marketplace) =>
  describe('the frame of all pages', () => {
    let market: Marketplace
    let page: Page

    beforeAll(() => {
      market = opened()
    })
    watchConduct(opened, () => page)

    const show = async (of: Page, [at, shown]: [string, string]) => {
      await of.goto(at)
      await of.getByText(shown, { exact: true }).first().waitFor()
    }

    it('signs in through the provider’s own page, comes back to where it was, changes persons, and signs out', async () => {
      page = await market.arrive()
      await page.goto('/products/uk-sales/fields')
      await page.getByText('You can read 0 of 9 fields.').waitFor()
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('menuitem', { name: 'All ways to sign in …' }).click()
      await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
      await page.getByRole('button', { name: 'analyst' }).click()
      await page.waitForURL('**/products/uk-sales/fields')
      await page.getByText('You can read 8 of 9 fields.').waitFor()

      await page.getByRole('button', { name: /^Signed in as/ }).click()
      await page.getByRole('menuitem', { name: /^steward/ }).click()
      await page.getByText('You can read all of its 10 fields.').waitFor()
      expect(new URL(page.url()).pathname).toBe('/products/uk-sales/fields')

      await page.getByRole('button', { name: /^Signed in as/ }).click()
      await page.getByRole('menuitem', { name: 'Sign out' }).click()
      await page.getByText('You can read 0 of 9 fields.').waitFor()
      const session = await (await page.request.get('/auth/session')).json()
      expect(session.signedIn).toBe(false)
    })

    it('lists its keys, and goes where they say', async () => {
      page = await market.arrive()
      await show(page, PAGES[0]!)
      await page.keyboard.press('Shift+?')
      await page.getByRole('dialog', { name: 'Keys' }).waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.keyboard.press('g')
      await page.keyboard.press('p')
      await page.waitForURL('**/products')
      await page.getByRole('heading', { name: 'Data products' }).waitFor()
      await page.keyboard.press('/')
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Search data products')
      // Where text is typed, keys are letters.
      await page.keyboard.type('gp?')
      expect(await page.getByLabel('Search data products').inputValue()).toBe('gp?')
    })

    it('can be walked by keyboard alone: skip the header, open a product from the map', async () => {
      page = await market.arrive()
      await show(page, PAGES[0]!)
      await page.getByRole('link', { name: /^uk-sales europe/ }).waitFor()
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content')
      await page.keyboard.press('Enter')
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab')
        if (await page.evaluate(() => document.activeElement?.getAttribute('data-node') === 'uk-sales')) break
      }
      await page.keyboard.press('Enter')
      await page.waitForURL('**/products/uk-sales')
    })

    it('is dark or light as the system is, until somebody chooses, and remembers it', async () => {
      page = await market.arrive({ colorScheme: 'dark' })
      await show(page, PAGES[1]!)
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      expect(await ground()).toBe('rgb(20, 24, 31)')
      await page.emulateMedia({ colorScheme: 'light' })
      await page.locator('html[data-mantine-color-scheme="light"]').waitFor()
      expect(await ground()).toBe('rgb(251, 250, 247)')
      await page.getByRole('button', { name: /^Colours: as the system/ }).click()
      await page.getByRole('button', { name: /^Colours: light/ }).click()
      await page.locator('html[data-mantine-color-scheme="dark"]').waitFor()
      expect(await ground()).toBe('rgb(20, 24, 31)')
      await page.reload()
      await page.getByRole('button', { name: /^Colours: dark/ }).waitFor()
      expect(await ground()).toBe('rgb(20, 24, 31)')
    })

    it('has nothing that anybody is shut out by, in light and dark, on a wide screen and on a phone', async () => {
      page = await market.arrive()
      await market.signIn(page, 'analyst')
      const found: Record<string, string[]> = {}
      for (const one of PAGES) {
        await show(page, one)
        found[one[0]] = await barriersOf(page)
      }
      expect(found).toEqual(Object.fromEntries(PAGES.map(([at]) => [at, []])))
    })

    it('brings tools only where they are used, and little to begin with', async () => {
      const page_ = readFileSync(path.join(DIST, 'index.html'), 'utf8')
      const first = [...page_.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file!)
      const size = first.reduce((sum, file) => sum + statSync(path.join(DIST, `${file}.gz`)).size, 0)
      expect(first.length).toBeGreaterThan(0)
      expect(size).toBeLessThan(LARGEST_FIRST_SCRIPT)

      page = await market.arrive()
      market.scripts.clear()
      await show(page, PAGES[1]!)
      expect([...market.scripts].filter(name => /monaco|graphi|elk|map|editor/i.test(name))).toEqual([])
      const script = await page.request.get(`/${first[0]}`, { headers: { 'accept-encoding': 'gzip' } })
      expect(script.headers()['content-encoding']).toBe('gzip')
      expect(script.headers()['cache-control']).toContain('immutable')
    })

    it('lets its pages load nothing from elsewhere, nor be framed', async () => {
      page = await market.arrive()
      const answer = await page.request.get('/products/uk-sales/fields', { headers: { accept: 'text/html' } })
      const policy = answer.headers()['content-security-policy']
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("connect-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      await page.goto('/')
      const reached = await page.evaluate(() => fetch('http://127.0.0.1:9/').then(String, () => 'refused'))
      expect(reached).toBe('refused')
      expect(await page.evaluate(() => document.querySelectorAll('iframe').length)).toBe(0)
      market.asked.delete('http://127.0.0.1:9')
    })
  })
