import axe from 'axe-core'
import type { Page } from 'playwright-core'

const WIDE = { width: 1280, height: 844 }
const PHONE = { width: 390, height: 844 }

const EVERYTHING = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']
/** All of them that a change of colours can break where the same things are shown. */
const COLOURS: axe.RunOnly = {
  type: 'rule',
  values: axe
    .getRules(['cat.color'])
    .filter(({ tags }) => tags.some(tag => EVERYTHING.includes(tag)))
    .map(({ ruleId }) => ruleId),
}

/**
 * What shuts people out of the page that is open: what axe finds, and what has to be scrolled for sideways, on a
 * wide screen and on a phone, in light and dark. The page is loaded once; it follows the system's colours and its
 * window. A phone shows other things than a wide screen, so all rules count there again; in dark it shows the same.
 */
export async function barriersOf(page: Page): Promise<string[]> {
  const found: string[] = []
  await page.evaluate(axe.source)
  const look = async (mode: string, runOnly: axe.RunOnly | string[]) => {
    const { violations } = (await page.evaluate(
      runOnly => (window as unknown as { axe: typeof axe }).axe.run(document, { runOnly, resultTypes: ['violations'] }),
      runOnly,
    )) as axe.AxeResults
    for (const { id, nodes } of violations) found.push(`${mode}: ${id}: ${nodes.map(({ html }) => html).join('\n')}`)
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    if (sideways > 0) found.push(`${mode}: scrolls sideways by ${sideways}`)
  }
  await page.setViewportSize(WIDE)
  await look('light, wide', EVERYTHING)
  await colours(page, 'dark')
  await look('dark, wide', COLOURS)
  await page.setViewportSize(PHONE)
  await look('dark, phone', COLOURS)
  await colours(page, 'light')
  await look('light, phone', EVERYTHING)
  await page.setViewportSize(WIDE)
  return found
}

async function colours(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor()
  // A colour on its way to another is neither.
  await page.evaluate(() => {
    for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish()
  })
}
