import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { eventually } from '../../scenarios/processes/processes.js'
import { barriersOf } from '../accessibility.js'
import { watchConduct } from '../conduct.js'
import type { Marketplace } from '../marketplace.js'
import { lastRun } from './last-run.js'

/** Who answers for a product sees what comes in, what ran, who may have it and who had it; nobody else does. */

const PAGES: [place: string, shown: string][] = [
  ['', 'Products in your hands'],
  ['/uk-sales?quarantine=orders', 'As received'],
  ['/uk-sales/pipeline?model=orders', 'FROM'],
  ['/uk-sales/runs', 'listening'],
  ['/uk-sales/quality', 'Change the rules'],
  ['/uk-sales/grants', 'role:steward'],
  ['/uk-sales/grants?add=1', 'Kept with the grant'],
  ['/uk-sales/audit', 'see audit'],
]

export const administeringAProduct = (opened: () => Marketplace) =>
  describe('administering a product', () => {
    let market: Marketplace
    let page: Page

    beforeAll(async () => {
      market = opened()
      page = await market.arrive()
    })
    afterAll(() => page?.context().close())
    watchConduct(opened)

    const row = (text: string | RegExp) => page.getByRole('row').filter({ hasText: text })
    const status = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text })

    it('tells an analyst which grant it takes, and shows nothing', async () => {
      const analyst = await market.arrive()
      await market.signIn(analyst, 'analyst', '/admin/uk-sales/grants')
      await analyst.getByRole('heading', { name: 'You do not administer uk-sales' }).waitFor()
      const told = await analyst.getByRole('main').textContent()
      expect(told).toMatch(/uk-sales:observe.*uk-sales:control/)
      expect(told).not.toMatch(/margin|role:/)
      expect(await analyst.getByRole('link', { name: 'Admin', exact: true }).count()).toBe(0)
      await analyst.goto('/admin')
      await analyst.getByText('You control and observe no product').waitFor()
      // Whatever the page shows or hides, the product itself refuses.
      for (const [method, path] of [
        ['get', 'observability/inputs'],
        ['get', 'observability/audit'],
        ['put', 'control/grants'],
      ] as const) {
        const answer = await analyst.request[method](`/data/europe/uk/uk-sales/1/${path}`, {
          headers: { origin: market.url },
          ...(method === 'put' ? { data: { subject: 'user:analyst', actions: ['control'], dataset: '*' } } : {}),
        })
        expect([path, answer.status()]).toEqual([path, 403])
      }
      await analyst.context().close()
    })

    it('asks a visitor to sign in', async () => {
      const visitor = await market.arrive()
      await visitor.goto('/admin')
      await visitor.getByRole('main').getByRole('link', { name: 'Sign in' }).waitFor()
      await visitor.context().close()
    })

    it('shows how each product in the reader’s hands stands', async () => {
      await market.signIn(page, 'uk-manager', '/admin')
      const products = page.getByRole('main').getByRole('listitem')
      await products.filter({ hasText: /^uk-sales.*you control it.*fresh.*Quarantineempty.*none$/ }).waitFor()
      expect(await products.count()).toBe(1)
    })

    it('says how to push where data is pushed', async () => {
      const admin = await market.arrive()
      await market.signIn(admin, 'admin', '/admin/france-sales')
      await admin.getByText('How to push to it').click()
      await admin.getByText(`curl -X POST "${market.url}/data/europe/france/france-sales/1/input/orders"`).waitFor()
      await admin.context().close()
    })

    it('pulls now; it may be left, and what ended meanwhile is told on return', async () => {
      await page.getByRole('link', { name: 'uk-sales', exact: true }).click()
      const input = page.getByRole('region', { name: 'Input orders', exact: true })
      await input.getByText('Last arrival').waitFor()
      expect(await input.textContent()).toMatch(/local.*Files23.*Quarantined0/)
      arrives('orders-2099-01.csv', 'A-1,2026-11-20 10:00:00,,,GB,books,many,12.50,GBP,,2026-11-20T10:00:00Z')
      await Promise.all([
        page.waitForResponse(response => response.url().endsWith('/control/runs') && response.ok()),
        page.getByRole('button', { name: 'Pull now' }).click(),
      ])
      await page.goto('/products')
      const { publication } = await eventually(
        () => lastRun(page),
        ({ state }) => state === 'PUBLISHED',
      )
      await page.goto('/admin/uk-sales')
      const told = status('Since you last looked: a run ended')
      await told.waitFor()
      expect(await told.textContent()).toMatch(new RegExp(`published.*publication ${publication}\\D`))
      await told.getByRole('button', { name: 'Seen' }).click()
      await page.reload()
      await input.getByText('Last arrival').waitFor()
      expect(await told.count()).toBe(0)
      expect(await input.textContent()).toMatch(/Files24.*Quarantined1/)
    })

    it('shows the rows that were set aside, with line and reason', async () => {
      const input = page.getByRole('region', { name: 'Input orders', exact: true })
      await input.getByRole('button', { name: 'Show quarantine' }).click()
      await page.waitForURL('**/admin/uk-sales?quarantine=orders')
      const row = input.getByRole('row').nth(1)
      await row.waitFor()
      expect(await row.textContent()).toMatch(/^orders-2099-01\.csv2quantityis not an integerA-1,/)
    })

    it('follows a run step by step, says why it failed and what to do', async () => {
      await page.goto('/admin/uk-sales/runs')
      const log = page.getByRole('region', { name: 'Live log' })
      await log.getByText('listening').waitFor()
      writeFileSync(source('orders-2099-02.csv'), 'order_id,when\nA-1,today\n')
      await page.getByRole('button', { name: 'Run now' }).click()
      await log.getByText('a run began: control: user:uk-manager').waitFor()
      await log.getByText('the run ended: failed').waitFor()
      await row('control: user:uk-manager').getByText('failed').waitFor()
      const why = page.getByRole('region', { name: /^Problems of the run/ })
      await why.waitFor()
      expect(await why.textContent()).toMatch(
        /Nothing was published; the last publication keeps serving.*orders-2099-02\.csv/,
      )
      await status('Nothing is running.').waitFor()
    })

    it('gives a grant that is in force at once, and takes it back', async () => {
      const mail = async (analyst: Page) => {
        const query = '{ ukSales { orders(first: 1) { nodes { customerEmail } } } }'
        const answer = await analyst.request.post('/graphql', { data: { query }, headers: { origin: market.url } })
        return (await answer.json()).errors?.[0]?.extensions.code ?? 'readable'
      }
      const analyst = await market.arrive()
      await market.signIn(analyst, 'analyst')
      expect(await mail(analyst)).toBe('UNAUTHORIZED_FIELD_OR_TYPE')

      await page.goto('/admin/uk-sales/grants')
      await page.getByRole('button', { name: 'Add a grant' }).click()
      const form = page.getByRole('dialog')
      const give = form.getByRole('button', { name: 'Grant it' })
      expect(await give.isDisabled()).toBe(true)
      await form.getByLabel('Name').fill('analyst')
      await form.getByText('Some', { exact: true }).click()
      expect(await give.isDisabled()).toBe(true)
      await form.getByLabel('customer_email').check()
      await form.getByLabel('Until').fill('2099-06-30')
      await form.getByLabel('Reason').fill('Newsletter of June')
      await give.click()
      await row('user:analyst').waitFor()
      expect(await row('user:analyst').textContent()).toMatch(
        /read.*orders.*customer_email.*granted.*uk-manager.*Newsletter of June/,
      )
      expect(await mail(analyst)).toBe('readable')

      await page.getByRole('button', { name: 'Revoke the grant of user:analyst' }).click()
      const dialog = page.getByRole('dialog')
      expect(await dialog.textContent()).toMatch(/user:analyst may no longer read: customer_email of uk-sales\/orders/)
      await dialog.getByRole('button', { name: 'Revoke it' }).click()
      await row('user:analyst').waitFor({ state: 'detached' })
      expect(await mail(analyst)).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
      await analyst.context().close()
    })

    it('shows who read what, by subject and outcome, and exports it', async () => {
      await page.goto('/admin/uk-sales/audit')
      await page.getByLabel('Who').fill('analyst')
      await page.keyboard.press('Enter')
      const read = row('allowed').filter({ hasText: 'customer_email' })
      await read.waitFor()
      expect(await read.textContent()).toMatch(/analyst.*read.*orders.*graphql/)
      await page.getByLabel('Outcome').selectOption('denied')
      // What was denied stood there before as well.
      await row('allowed').first().waitFor({ state: 'detached' })
      await row('observability').filter({ hasText: 'see audit' }).waitFor()
      expect(new URL(page.url()).search).toBe('?subject=user%3Aanalyst&outcome=denied')
      expect(await row('allowed').count()).toBe(0)
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download all as csv' }).click(),
      ])
      expect(file.suggestedFilename()).toBe('uk-sales-audit.csv')
    })

    it('changes rules of quality, shows them as drift, and names what a reset destroys', async () => {
      await page.goto('/admin/uk-sales/quality')
      await page.getByText('number of rows is more than 0').waitFor()
      await page.getByRole('button', { name: 'Change the rules' }).click()
      const form = page.getByRole('form', { name: 'Rules on orders' })
      await form.getByRole('group', { name: 'Rule has_rows' }).getByLabel('Value').fill('5')
      await form.getByRole('button', { name: 'Add a rule' }).click()
      const put = form.getByRole('button', { name: 'Put in force' })
      expect(await put.isDisabled()).toBe(true)
      await form.getByRole('button', { name: 'Take out rule_2' }).click()
      await put.click()
      await page.getByText(/^Changed by uk-manager/).waitFor()
      await page.getByText('number of rows is more than 5').waitFor()
      await page.getByRole('button', { name: "Reset to the contract's rules" }).click()
      const dialog = page.getByRole('dialog')
      expect(await dialog.textContent()).toMatch(/rules are destroyed.*has_rows: number of rows is more than 5/)
      await dialog.getByRole('button', { name: "Destroy uk-manager's rules" }).click()
      await page.getByText('number of rows is more than 0').waitFor()
      await page.getByText(/^Changed by uk-manager/).waitFor({ state: 'detached' })
    })

    it('shuts nobody out, in light and dark, on a wide screen and on a phone', async () => {
      const reader = await market.arrive()
      await market.signIn(reader, 'uk-manager')
      const found: Record<string, string[]> = {}
      for (const [place, known] of PAGES) {
        await reader.goto(`/admin${place}`)
        await reader.getByText(known).first().waitFor()
        found[place] = await barriersOf(reader)
      }
      expect(found).toEqual(Object.fromEntries(PAGES.map(([place]) => [place, []])))
      await reader.context().close()
    })

    const source = (file: string) => path.join(market.home, 'sources/uk-sales', file)

    /** One more file of the shop, with one line. */
    function arrives(file: string, line: string): void {
      const columns =
        'order_id,ordered_at,customer_name,customer_email,country,category,quantity,amount,currency,cost,changed_at'
      writeFileSync(source(file), `${columns}\n${line}\n`)
    }
  })
