import type { Page } from 'playwright-core'
import { eventually } from '../../scenarios/processes/processes.js'
import { watchConduct } from '../conduct.js'
import type { Marketplace } from '../marketplace.js'
import { lastRun } from './last-run.js'

/** Who answers for a product changes its SQL: tried first, then in force, seen as drift, and taken back. */

export const administeringAPipeline = (opened: () => Marketplace) =>
  describe('administering a pipeline', () => {
    let market: Marketplace
    let page: Page

    beforeAll(async () => {
      market = opened()
      page = await market.arrive()
      await market.signIn(page, 'uk-manager', '/admin/uk-sales/pipeline?model=orders')
    })
    afterAll(() => page?.context().close())
    watchConduct(opened)

    const bench = () => page.getByRole('region', { name: 'Model orders' })
    const editor = () => bench().getByRole('textbox', { name: 'SQL of orders' })
    const button = (name: string) => bench().getByRole('button', { name, exact: true })

    /** As a person would: all of it chosen, and written over. */
    async function write(sql: string): Promise<void> {
      await editor().click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(sql)
    }
    const written = async () => (await editor().locator('.cm-line').allTextContents()).join('\n')
    /** The page learns a moment later than the editor what stands in it, and the other way round. */
    const becomes = (text: string) => eventually(written, now => now === text)
    const mayNotBePut = () => bench().locator('button:disabled').filter({ hasText: 'Put in force' }).waitFor()

    let inFolder: string

    it('shows the models in order, and what the chosen one reads and makes', async () => {
      await editor().waitFor()
      inFolder = await written()
      const models = page.getByRole('navigation', { name: 'Models' })
      expect(await models.getByRole('link').allTextContents()).toEqual(['orders_clean', 'orders'])
      const around = page.getByRole('complementary', { name: 'Around orders' })
      expect(await around.textContent()).toMatch(/Reads.*abstraction\.orders_clean.*Makes.*output\.orders/)
      expect(await button('Put in force').isDisabled()).toBe(true)
    })

    it('marks an error at its line, and lets nothing into force that was refused', async () => {
      await write(inFolder.replace('  amount,', '  amuont,'))
      await mayNotBePut()
      await button('Dry run').click()
      const told = bench().getByRole('alert')
      await told.getByText('The dry run failed').waitFor()
      const line = inFolder.split('\n').indexOf('  amount,') + 1
      await told.getByRole('button', { name: new RegExp(`orders\\.sql:${line}`) }).click()
      expect(await editor().locator('.cm-lintRange-error').textContent()).toContain('amuont')
      await editor()
        .locator('.cm-activeLine')
        .filter({ hasText: /^\s*amuont,$/ })
        .waitFor()
      expect(await button('Put in force').isDisabled()).toBe(true)
    })

    it('keeps what was written when the page is left', async () => {
      await page.reload()
      await editor().filter({ hasText: 'amuont' }).waitFor()
    })

    it('does not show it to another who signs in here', async () => {
      await market.signIn(page, 'admin', '/admin/uk-sales/pipeline?model=orders')
      await editor().waitFor()
      await becomes(inFolder)
      await market.signIn(page, 'uk-manager', '/admin/uk-sales/pipeline?model=orders')
      await editor().waitFor()
    })

    it('shows what a good dry run gives, and only then may it be put in force', async () => {
      await write(inFolder.replace('  amount,', '  amount + 0 AS amount,'))
      await button('Dry run').click()
      await bench().getByText('The dry run went well').waitFor()
      expect(await bench().getByRole('status').first().textContent()).toContain('2,000 rows')
      await bench().getByRole('region', { name: 'Rows of orders' }).getByText('GBP').first().waitFor()
      expect(await button('Put in force').isEnabled()).toBe(true)
      // Another text is another matter.
      await editor().press('Control+End')
      await page.keyboard.insertText('-- later')
      await mayNotBePut()
      await page.keyboard.press('Control+z')
      await button('Put in force').click()
      await bench().getByText('orders is in force and a run has begun').waitFor()
    })

    it('shows the change as drift, by whom, here and in the list of products', async () => {
      await bench()
        .getByText(/^Changed by uk-manager/)
        .waitFor()
      await page.goto('/admin')
      await page.getByRole('link', { name: '1 model changed' }).click()
      await bench()
        .getByText(/^Changed by uk-manager/)
        .waitFor()
      await editor().filter({ hasText: 'amount + 0 AS amount' }).waitFor()
      const drift = bench().getByRole('textbox', { name: 'Drift of orders' })
      await drift.waitFor()
      expect(await drift.locator('.cm-deletedChunk').textContent()).toContain('  amount,')
      expect(await drift.locator('.cm-changedLine').allTextContents()).toEqual(['  amount + 0 AS amount,'])
    })

    it('names what a reset destroys, and goes back to the folder', async () => {
      await button("Reset to the folder's SQL").click()
      const dialog = page.getByRole('dialog')
      expect(await dialog.textContent()).toMatch(/uk-manager's SQL of output\.orders \(\d+ lines\).* is destroyed/)
      await dialog.getByRole('button', { name: 'Leave it' }).click()
      await bench()
        .getByText(/^Changed by uk-manager/)
        .waitFor()
      await button("Reset to the folder's SQL").click()
      await dialog.getByRole('button', { name: "Destroy uk-manager's change" }).click()
      await bench()
        .getByText(/^Changed by uk-manager/)
        .waitFor({ state: 'detached' })
      await becomes(inFolder)
      // Whoever looks at this product next finds nothing under way.
      await eventually(
        () => lastRun(page),
        ({ state }) => state !== 'RUNNING',
      )
    })
  })
