import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const EXECUTABLE = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  path => path !== undefined && existsSync(path),
)

/** Says loudly what goes untested where there is no browser. */
export const describeInBrowser: typeof describe.skip = EXECUTABLE
  ? describe
  : (() => {
      console.warn("No Chromium found (set CHROMIUM, or install Debian's chromium): the pages are NOT tested.")
      return describe.skip
    })()

/** Debian's Chromium, without a word to anyone but the page's own server. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
