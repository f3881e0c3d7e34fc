import type { Browser, Page } from 'playwright-core'
import { geography, SmallMesh } from '../scenarios/gateway/small-mesh.js'
import { describeInBrowser, openChromium } from './chromium.js'

/** The page to try the HTTP ports, as somebody with a browser uses it. */
describeInBrowser('the HTTP ports in a browser', () => {
  let mesh: SmallMesh
  let browser: Browser
  let page: Page
  const elsewhere: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    mesh = await SmallMesh.start(trust => [geography(trust)])
    browser = await openChromium()
    page = await browser.newPage()
    page.on('request', request => {
      if (!request.url().startsWith(mesh.gateway.url) && !request.url().startsWith('data:'))
        elsewhere.push(request.url())
    })
    page.on('console', message => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(`${mesh.gateway.url}/docs`)
  })
  afterAll(async () => {
    await browser?.close()
    await mesh?.stop()
  })

  test('shows the operations, and tries one as a persona, with nothing asked of another host', async () => {
    // As slow as it gets: nothing that the reader does before it comes may be lost, nor asked as somebody else.
    let release = () => {}
    const held = new Promise<void>(resolve => (release = resolve))
    await page.route('**/demo/token', async route => {
      await held
      await route.continue()
    })
    const operation = page.locator('#operations-mesh-dataMesh')
    await page.selectOption('#persona', 'steward')
    await page.locator('#operations-tag-mesh').click()
    await operation.locator('button').first().click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
    const answered = page.waitForRequest(request => request.url().includes('/.well-known/data-mesh'))
    const read = page.waitForResponse(response => response.url().endsWith('/openapi.json'))
    await operation.getByRole('button', { name: 'Execute' }).click()
    release()
    expect((await answered).headers().authorization).toMatch(/^Bearer ey/)
    expect((await read).request().headers().authorization).toMatch(/^Bearer ey/)
    await operation.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor()
    expect(await operation.locator('.live-responses-table').textContent()).toContain('reference-geography')
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('its address leads back to the operation that was opened', async () => {
    await page.reload()
    await page.locator('#operations-mesh-dataMesh').getByRole('button', { name: 'Try it out' }).waitFor()
  })
})
