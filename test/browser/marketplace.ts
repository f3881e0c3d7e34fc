import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openChromium } from './chromium.js'

/** The demo, small, and a browser before it: each visitor has cookies of their own, and all that is asked is noted. */
export class Marketplace {
  /** Where requests went: origins, and `blob` for what the page made itself. */
  readonly asked = new Set<string>()
  /** Addresses of all scripts that were fetched. */
  readonly scripts = new Set<string>()
  /** What went wrong in pages. */
  readonly faults: string[] = []

  private constructor(
    /** Where the gateway answers. */
    readonly url: string,
    readonly home: string,
    private readonly mesh: ChildProcess,
    private readonly browser: Browser,
  ) {}

  static async open(): Promise<Marketplace> {
    const home = mkdtempSync(path.join(tmpdir(), 'terrane-marketplace-'))
    const mesh = fork(path.join(__dirname, 'demo-mesh.js'), [home])
    const [{ url }] = await Promise.race([
      once(mesh, 'message') as Promise<[{ url: string }]>,
      once(mesh, 'exit').then(([code]) => Promise.reject(new Error(`The demo did not start: exit code ${code}`))),
    ])
    return new Marketplace(url, home, mesh, await openChromium())
  }

  async close(): Promise<void> {
    await this.browser.close()
    const ended = once(this.mesh, 'exit')
    this.mesh.disconnect()
    const [code] = await ended
    rmSync(this.home, { recursive: true, force: true })
    if (code !== 0) throw new Error(`The demo ended with exit code ${code}`)
  }

  /** A browser of one's own. The address is the one that the identity provider sends people back to. */
  async arrive(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      baseURL: this.url,
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('request', request => {
      const { protocol, origin, pathname } = new URL(request.url())
      this.asked.add(protocol === 'blob:' || protocol === 'data:' ? protocol : origin)
      if (request.resourceType() === 'script') this.scripts.add(pathname)
    })
    page.on('pageerror', ({ message }) => {
      // So the editors of GraphiQL call what they were at when their page is left.
      if (message !== 'Canceled') this.faults.push(message)
    })
    return page
  }

  /** Through the provider's own page, as people do; ends where it began. */
  async signIn(page: Page, persona: string, at = '/'): Promise<void> {
    await page.goto(`/auth/login?${new URLSearchParams({ returnTo: at })}`)
    await page.getByRole('button', { name: persona }).click()
    await page.getByRole('button', { name: /^Signed in as/ }).waitFor()
  }

  /** Everything but this gateway that a page spoke to. */
  strangers(): string[] {
    return [...this.asked].filter(origin => ![this.url, 'blob:', 'data:', 'null'].includes(origin))
  }
}
