import type { Page } from 'playwright-core'
import { watchConduct } from '../conduct.js'
import type { Marketplace } from '../marketplace.js'

/** Somebody needs fields, somebody else answers for them; what is granted can be read at once. */

export const askingForAccess = (opened: () => Marketplace) =>
  describe('asking for access', () => {
    let market: Marketplace
    let asker: Page
    let decider: Page

    beforeAll(async () => {
      market = opened()
      asker = await market.arrive()
      decider = await market.arrive()
    })
    afterAll(async () => {
      for (const page of [asker, decider]) await page?.context().close()
    })
    watchConduct(opened)

    const FIELDS = '/products/france-sales/fields'
    const row = (page: Page, name: string) =>
      page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })

    it('lets nobody ask who is not signed in', async () => {
      const visitor = await market.arrive()
      await visitor.goto(`${FIELDS}?ask=1`)
      const dialog = visitor.getByRole('dialog')
      await dialog.getByRole('link', { name: 'Sign in' }).waitFor()
      expect(await dialog.getByLabel('What for').count()).toBe(0)
      await visitor.context().close()
    })

    it('keeps what was chosen while the visitor goes to sign in', async () => {
      const visitor = await market.arrive()
      await visitor.goto(FIELDS)
      await row(visitor, 'amount').getByRole('checkbox').check()
      await row(visitor, 'currency').getByRole('checkbox').check()
      await visitor.getByRole('button', { name: 'Ask for 2 fields' }).click()
      await visitor.getByRole('dialog').getByRole('link', { name: 'Sign in' }).click()
      await visitor.getByRole('button', { name: 'uk-manager' }).click()
      const dialog = visitor.getByRole('dialog')
      await dialog.getByRole('button', { name: 'Ask for 2 fields' }).waitFor()
      expect(await dialog.getByRole('checkbox', { name: /^amount/ }).isChecked()).toBe(true)
      expect(await dialog.getByRole('checkbox', { name: /^customer_email/ }).isChecked()).toBe(false)
      await visitor.context().close()
    })

    it('tells what is shown cut short, and that there are some rows alone', async () => {
      const analyst = await market.arrive()
      await market.signIn(analyst, 'analyst', '/products/uk-sales/fields')
      await row(analyst, 'customer_name').getByText('readable, cut to its first letter').waitFor()
      await row(analyst, 'amount').getByText('readable', { exact: true }).waitFor()
      await analyst.context().close()
      const manager = await market.arrive()
      await market.signIn(manager, 'uk-manager', '/products/europe-sales/access')
      await manager.getByText('You have only rows of orders where country_code = GB.').waitFor()
      await manager.context().close()
    })

    it('takes chosen fields, a reason and an end', async () => {
      await market.signIn(asker, 'uk-manager', FIELDS)
      await row(asker, 'amount').getByRole('checkbox').check()
      await row(asker, 'currency').getByRole('checkbox').check()
      await row(asker, 'customer_email').getByRole('checkbox').check()
      await asker.getByRole('button', { name: 'Ask for 3 fields' }).click()
      const dialog = asker.getByRole('dialog')
      const submit = dialog.getByRole('button', { name: 'Ask for 3 fields' })
      expect(await submit.isDisabled()).toBe(true)
      await dialog.getByLabel('What for').fill('Compare baskets on both sides of the Channel')
      await dialog.getByLabel('Until').fill('2099-06-30')
      await submit.click()
      await dialog.getByText('Asked for 3 fields').waitFor()
      await dialog.getByRole('button', { name: 'Done' }).click()
      await row(asker, 'amount')
        .getByText(/^asked/)
        .waitFor()
      expect(await row(asker, 'amount').getByRole('checkbox').count()).toBe(0)
    })

    it('shows the request to the one who asked, and no decision to take', async () => {
      await asker.goto('/requests')
      const card = asker.getByRole('article', { name: /asks for amount, currency, customer_email of france-sales/ })
      await card.getByText('waits for a decision').waitFor()
      expect(await card.getByRole('form').count()).toBe(0)
      expect(await card.getByRole('button', { name: 'Withdraw' }).count()).toBe(1)
    })

    it('counts for whoever decides, with everything needed on one card, and is approved in part', async () => {
      await market.signIn(decider, 'admin', '/')
      await decider.getByRole('link', { name: 'Requests, 1 to decide' }).click()
      await decider.waitForURL('**/requests?show=decide')
      const card = decider.getByRole('article', { name: /asks for amount, currency, customer_email/ })
      await card.getByText('Compare baskets on both sides of the Channel').waitFor()
      await card.getByText('restricted').waitFor()
      await card.getByText(/has been granted nothing by name/).waitFor()
      expect(await card.getByLabel('Until').inputValue()).toBe('2099-06-30')
      // A denial says why.
      expect(await card.getByRole('button', { name: 'Deny' }).isDisabled()).toBe(true)
      await card.getByRole('checkbox', { name: /^customer_email/ }).uncheck()
      await card.getByLabel('Comment').fill('Figures yes, addresses no.')
      await card.getByRole('button', { name: 'Approve 2 of 3 fields' }).click()
      await decider.getByText('Nothing waits for you').waitFor()
      await decider.getByRole('link', { name: 'Requests', exact: true }).waitFor()
    })

    it('lets the one who asked read what was granted at once, and no more', async () => {
      await asker.goto(FIELDS)
      await row(asker, 'amount').getByText('readable').waitFor()
      await row(asker, 'currency').getByText('readable').waitFor()
      expect(await row(asker, 'customer_email').textContent()).toContain('locked')
      expect(await row(asker, 'customer_name').textContent()).toContain('locked')
      await asker.goto('/products/france-sales/sample')
      const sample = asker.getByRole('region', { name: 'Sample of orders' })
      await sample.getByRole('row').nth(1).waitFor()
      expect(await sample.getByRole('columnheader').allTextContents()).toEqual(['order_id', 'amount', 'currency'])
    })

    it('tells what came of it, why and until when', async () => {
      await asker.goto('/products/france-sales/access')
      const card = asker.getByRole('article')
      await card.getByText('approved in part').waitFor()
      await card.getByText('Figures yes, addresses no.').waitFor()
      const said = await card.textContent()
      expect(said).toContain('granted until 2099-06-30')
      expect(said).toContain('customer_email not granted')
    })

    it('denies with a comment, and a request can be taken back', async () => {
      await asker.goto(FIELDS)
      const ask = async (name: string) => {
        await row(asker, name).getByRole('checkbox').check()
        await asker.getByRole('button', { name: 'Ask for 1 field' }).click()
        await asker.getByRole('dialog').getByLabel('What for').fill(`To see ${name}`)
        await asker.getByRole('dialog').getByRole('button', { name: 'Ask for 1 field' }).click()
        await asker.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
        await asker.getByRole('dialog').waitFor({ state: 'detached' })
      }
      await ask('customer_email')
      await asker.goto(FIELDS)
      await ask('customer_name')
      await decider.goto('/requests?show=decide')
      const email = decider.getByRole('article', { name: /asks for customer_email of/ })
      await email.getByLabel('Comment').fill('Never addresses.')
      await email.getByRole('button', { name: 'Deny' }).click()
      await email.waitFor({ state: 'detached' })
      await asker.goto('/requests')
      const name = asker.getByRole('article', { name: /asks for customer_name of/ })
      await name.getByRole('button', { name: 'Withdraw' }).click()
      await name.getByText('withdrawn').waitFor()
      await asker.getByText('Never addresses.').waitFor()
      await asker.goto(FIELDS)
      expect(await row(asker, 'customer_email').textContent()).toContain('locked')
    })
  })
