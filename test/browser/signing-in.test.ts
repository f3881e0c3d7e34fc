import type { Browser } from 'playwright-core'
import { Market } from '../scenarios/marketplace/market.js'
import { describeInBrowser, openChromium } from './chromium.js'

/** Signing in as people do, and what the browser itself then lets others do with it. */
describeInBrowser('signing in', () => {
  let market: Market
  let browser: Browser
  const log: object[] = []

  beforeAll(async () => {
    market = await Market.open({ log: event => log.push(event) })
    await market.publish()
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await market?.close()
  })

  test('the page asks who one is; the session is for requests, not for scripts; another origin gets nothing by it', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const asked = new Set<string>()
    const faults: string[] = []
    page.on('request', request => asked.add(new URL(request.url()).origin))
    page.on('console', message => {
      if (message.type() === 'error') faults.push(message.text())
    })
    await page.goto(`${market.gateway.url}/auth/login?returnTo=/data/ports/north/harbour/1`)
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
    await page.getByRole('button', { name: 'steward' }).click()
    await page.waitForURL('**/data/ports/north/harbour/1')
    // The product's own page, in its sandbox, as who signed in: its withheld field is on it.
    expect(await page.content()).toContain('profit')
    expect([...asked]).toEqual([market.gateway.url])
    expect(faults).toEqual([])

    await page.goto(`${market.gateway.url}/healthz`)
    expect(await page.evaluate('document.cookie')).toBe('')
    const ASK = `fetch(URL, { method: 'POST', credentials: 'include', headers: { 'content-type': TYPE },
      body: JSON.stringify({ query: '{ mesh { me { subject } } }' }) }).then(r => r.text(), error => String(error))`
    const ask = (type: string) => ASK.replace('URL', `'${market.gateway.url}/graphql'`).replace('TYPE', `'${type}'`)
    expect(await page.evaluate(ask('application/json'))).toContain('user:steward')

    // Another listen port of this host is another origin, of the same site: the browser sends the cookie along.
    const other = await Market.open()
    await page.goto(`${other.gateway.url}/healthz`)
    expect(await page.evaluate(ask('text/plain'))).toContain('TypeError')
    expect(log).toContainEqual(expect.objectContaining({ message: 'Refused a request of another origin' }))
    await other.close()
    await context.close()
  })
})
