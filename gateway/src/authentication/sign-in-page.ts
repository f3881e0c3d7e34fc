import { DESCRIPTIONS, PERSONAS } from './personas.js'

/** Nothing from elsewhere, no script, no frame around it. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** The demo's "Who are you?": every persona with what it may do. `action`: where the choice is posted to. */
export function personaPage(action: string): string {
  const people = PERSONAS.map(
    name => `
      <li><button name="persona" value="${name}"><b>${name}</b><span>${escaped(DESCRIPTIONS[name])}</span></button></li>`,
  )
  return page(
    'Who are you?',
    `<p>This is the demo: choose whom you want to be. Nobody is asked for a password.</p>
    <form method="post" action="${escaped(action)}"><ul>${people.join('')}
    </ul></form>`,
  )
}

/** One sentence and a way on. */
export function messagePage(title: string, text: string, onwards: string): string {
  return page(
    title,
    `<p>${escaped(text)}</p>
    <p><a href="${escaped(onwards)}">Sign in</a> · <a href="/">Back to the marketplace</a></p>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escaped(title)} · Terrane</title>
  <style>${STYLE}</style>
  <main>
    <p class="brand"><i></i><i></i><i></i> Terrane</p>
    <h1>${escaped(title)}</h1>
    ${body}
  </main>
</html>
`
}

const STYLE = `
  :root { color-scheme: light dark; --ink: #1d2430; --paper: #fbfaf7; --line: #d9d5cc; --accent: #0f6e6e; --quiet: #5b6475 }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e8e6e1; --paper: #14181f; --line: #343b47; --accent: #4fb3ae; --quiet: #a3abb8 }
  }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
  main { max-width: 440px; margin: 12vh auto; padding: 0 20px }
  .brand { display: flex; gap: 4px; align-items: center; color: var(--quiet); font-size: 13px }
  .brand i { width: 12px; height: 4px; border-radius: 2px; background: #e3b778 }
  .brand i:nth-child(2) { background: #c9824a } .brand i:nth-child(3) { background: #7a4b2e; margin-right: 4px }
  h1 { font-size: 24px; font-weight: 600; margin: 8px 0 }
  a { color: var(--accent) }
  ul { list-style: none; margin: 16px 0; padding: 0; border: 1px solid var(--line); border-radius: 6px; overflow: hidden }
  li + li { border-top: 1px solid var(--line) }
  button { display: block; width: 100%; padding: 12px 16px; border: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer }
  button:hover { background: color-mix(in srgb, var(--accent) 8%, transparent) }
  button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px }
  b { display: block; font: 600 15px ui-monospace, monospace }
  span { color: var(--quiet); font-size: 13px }
`

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, character => entities[character]!)
}
