import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type DemoMesh, startDemoMesh, Terminal } from '@terrane/scripts'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openChromium } from './chromium.js'

const silent = new Terminal(false, { isTTY: false, write: () => true } as never)

/** The demo, small, and a browser before it: each visitor has cookies of their own, and all that is asked is noted. */
export class Marketplace {
  /** Where requests went: origins, and `blob` for what the page made itself. */
  readonly asked = new Set<string>()
  /** Addresses of all scripts that were fetched. */
  readonly scripts = new Set<string>()
  /** What went wrong in pages. */
  readonly faults: string[] = []

  private constructor(
    readonly mesh: DemoMesh,
    private readonly browser: Browser,
    readonly home: string,
  ) {}

  static async open(): Promise<Marketplace> {
    const home = mkdtempSync(path.join(tmpdir(), 'terrane-marketplace-'))
    const mesh = await startDemoMesh({
      home,
      listenPort: 0,
      host: '127.0.0.1',
      terminal: silent,
      today: new Date('2026-11-22T00:00:00Z'),
      orders: 2_000,
      log: () => {},
    })
    return new Marketplace(mesh, await openChromium(), home)
  }

  async close(): Promise<void> {
    await this.browser.close()
    await this.mesh.close()
    rmSync(this.home, { recursive: true, force: true })
  }

  /** A browser of one's own. The address is the one that the identity provider sends people back to. */
  async arrive(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      baseURL: this.mesh.url,
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    page.on('request', request => {
      const { protocol, origin, pathname } = new URL(request.url())
      this.asked.add(protocol === 'blob:' || protocol === 'data:' ? protocol : origin)
      if (request.resourceType() === 'script') this.scripts.add(pathname)
    })
    page.on('pageerror', error => this.faults.push(error.message))
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
    return [...this.asked].filter(origin => ![this.mesh.url, 'blob:', 'data:', 'null'].includes(origin))
  }
}
