import { freePort } from '../processes/processes.js'
import { Browser } from './browser.js'
import { Market } from './market.js'

let market: Market
beforeAll(async () => {
  market = await Market.open({ listenPort: await freePort() })
  await market.publish()
})
afterAll(() => market.close())

const HARBOUR = '/data/ports/north/harbour/1'
const ME = '{ mesh { me { subject authenticated } } }'
const browser = () => new Browser(market.gateway.url)
const signedIn = async (persona: string): Promise<Browser> => {
  const one = browser()
  await one.visit(`/auth/login?persona=${persona}&returnTo=/auth-was-here`)
  return one
}
const subjectOf = async (one: Browser) => (await one.ask(ME)).data.mesh.me.subject
const nobody = async (one: Browser) => {
  expect(await one.session()).toEqual({ signedIn: false, signInAvailable: true, demo: true })
  expect(await subjectOf(one)).toBe('visitor')
}

describe('who must not get in', () => {
  test('with the answer to a question that this browser did not ask', async () => {
    const eve = browser()
    const stolen = await eve.upToCallback('/auth/login?persona=admin')
    const victim = browser()
    expect((await victim.send(stolen)).status).toBe(400)
    await nobody(victim)
    // Nor with a question of its own that was another one.
    await victim.upToCallback('/auth/login?persona=analyst')
    expect((await victim.send(stolen)).status).toBe(400)
    await nobody(victim)
  })

  test('with a forged state, a missing one, or another code', async () => {
    for (const change of [
      (url: URL) => url.searchParams.set('state', 'forged'),
      (url: URL) => url.searchParams.delete('state'),
      (url: URL) => url.searchParams.set('code', 'forged'),
      (url: URL) => url.searchParams.set('iss', 'https://evil.example'),
    ]) {
      const one = browser()
      const back = new URL(await one.upToCallback('/auth/login?persona=admin'))
      change(back)
      expect((await one.send(back.href)).status).toBe(400)
      await nobody(one)
      // The attempt is used up, whatever comes after it.
      expect(one.cookie('terrane_sign_in')).toBeUndefined()
    }
  })

  test('with a code for the second time', async () => {
    const one = browser()
    const back = await one.upToCallback('/auth/login?persona=admin')
    const attempt = one.cookie('terrane_sign_in')!
    expect((await one.send(back)).status).toBe(303)
    const other = browser()
    other.plant('terrane_sign_in', attempt)
    expect((await other.send(back)).status).toBe(400)
    await nobody(other)
  })

  test('with a changed cookie, somebody else’s guess, or a cookie twice', async () => {
    const one = await signedIn('admin')
    const id = one.cookie('terrane_session')!
    for (const wrong of [
      `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`,
      'x',
      `${id} `.repeat(2),
      '../../etc',
      '%00',
    ]) {
      const other = browser()
      other.plant('terrane_session', wrong)
      await nobody(other)
    }
    const port = new URL(market.gateway.url).port
    const twice = { cookie: `terrane_session_${port}=planted; terrane_session_${port}=${id}` }
    expect((await one.ask(ME, twice)).data.mesh.me.subject).toBe('visitor')
    const attempt = browser()
    const back = await attempt.upToCallback('/auth/login?persona=admin')
    attempt.plant('terrane_sign_in', `${attempt.cookie('terrane_sign_in')}A`)
    expect((await attempt.send(back)).status).toBe(400)
    await nobody(attempt)
  })

  test('by a page of another origin that has the browser send its cookie', async () => {
    const one = await signedIn('admin')
    const put = '{ mesh { me { subject } } }'
    const others: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost:1' },
      { origin: market.gateway.url, 'sec-fetch-site': 'cross-site' },
      { origin: market.gateway.url, 'sec-fetch-site': 'same-site' },
      { origin: '' },
    ]
    for (const headers of others) {
      const answer = await one.ask(put, headers)
      expect(answer.status).toBe(403)
      expect(answer.errors?.[0].extensions.code).toBe('CROSS_ORIGIN')
      const run = await one.post('/data/ports/north/harbour/1/control/runs', {}, headers)
      expect(run.status).toBe(403)
    }
    const unsaid = await one.send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: put }),
    })
    expect(unsaid.status).toBe(403)
    // Nor can they sign anybody out.
    expect((await one.post('/auth/logout', {}, { origin: 'https://evil.example' })).status).toBe(403)
    expect(await subjectOf(one)).toBe('user:admin')
    // A bearer token is no cookie: nobody can make a browser send one.
    const bearer = await market.bearer('analyst')
    expect((await one.ask(ME, { ...bearer, origin: 'https://tool.example' })).data.mesh.me.subject).toBe('user:analyst')
  })

  test('and nobody is sent elsewhere', async () => {
    for (const returnTo of [
      ...['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/\t/evil.example'],
      ...['\\\\evil.example', '/%0d%0aset-cookie:x=y/..//evil.example', '/auth/login', '', 'evil', '/.//evil.example'],
    ]) {
      const one = browser()
      const back = await one.upToCallback(`/auth/login?persona=analyst&returnTo=${encodeURIComponent(returnTo)}`)
      const to = (await one.send(back)).headers.get('location')!
      const { origin, pathname } = new URL(to, market.gateway.url)
      expect([origin, pathname.startsWith('//')]).toEqual([market.gateway.url, false])
      expect(to.startsWith('/')).toBe(true)
      expect(to).not.toMatch(/^\/[\\/]/)
    }
  })

  test('a session that was known before signing in is none after it', async () => {
    const one = await signedIn('analyst')
    const before = one.cookie('terrane_session')!
    await one.visit('/auth/login?persona=steward')
    expect(one.cookie('terrane_session')).not.toBe(before)
    expect(await subjectOf(one)).toBe('user:steward')
    const eve = browser()
    eve.plant('terrane_session', before)
    await nobody(eve)
    // Nor does a planted id become one.
    const victim = browser()
    victim.plant('terrane_session', 'known-to-eve')
    await victim.visit('/auth/login?persona=analyst')
    const planted = browser()
    planted.plant('terrane_session', 'known-to-eve')
    await nobody(planted)
  })

  test('after signing out, also with a copy of the cookie', async () => {
    const one = await signedIn('steward')
    const copy = one.cookie('terrane_session')!
    const answer = await one.post('/auth/logout')
    expect([answer.status, await answer.json()]).toEqual([200, {}])
    expect(one.cookie('terrane_session')).toBeUndefined()
    one.plant('terrane_session', copy)
    await nobody(one)
  })

  test('after signing out, on a stream of events that was open', async () => {
    const [one, other] = [await signedIn('admin'), await signedIn('admin')]
    const streams = await Promise.all([one, other].map(each => each.send(`${HARBOUR}/observability/events`)))
    const [leaver, stayer] = streams.map(each => each.body!.pipeThrough(new TextDecoderStream()).getReader())
    for (const reader of [leaver!, stayer!]) expect((await reader.read()).value).toBe(': connected\n\n')
    expect((await one.post('/auth/logout')).status).toBe(200)
    await market.products[0]!.run('after signing out')
    expect(await leaver!.read()).toEqual({ done: true, value: undefined })
    expect((await stayer!.read()).value).toContain('after signing out')
    await stayer!.cancel()
  })
})

test('a subscription goes with the session, for pages of the gateway alone, and ends with it', async () => {
  const one = await signedIn('steward')
  const query = encodeURIComponent('subscription { harbourPublished(after: 0) { publication } }')
  const open = (site?: string) =>
    one.send(`/graphql?query=${query}`, {
      headers: { accept: 'text/event-stream', ...(site ? { 'sec-fetch-site': site } : {}) },
    })
  for (const site of ['cross-site', 'same-site', undefined]) {
    const refused = await open(site)
    expect([refused.status, ((await refused.json()) as { errors: object[] }).errors]).toEqual([
      403,
      [expect.objectContaining({ extensions: { code: 'CROSS_ORIGIN' } })],
    ])
  }
  const answer = await open('same-origin')
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  const stream = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  const next = async () => {
    for (let text = ''; ; ) {
      const { value, done } = await stream.read()
      text += value ?? ''
      if (done || /event: .*\n/.test(text)) return text
    }
  }
  expect(await next()).toMatch(/"harbourPublished":\{"publication":\d+\}/)
  expect((await one.post('/auth/logout')).status).toBe(200)
  const last = await next()
  expect(last).toContain('UNAUTHENTICATED')
  expect(last).not.toContain('"publication"')
})

test('the demo asks who one is, and takes the answer', async () => {
  const one = browser()
  const page = await one.visit('/auth/login?returnTo=/products%3Fdomain%3Dports')
  expect(page.status).toBe(200)
  const html = await page.text()
  for (const persona of ['visitor', 'analyst', 'uk-manager', 'steward', 'admin'])
    expect(html).toContain(`value="${persona}"`)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(html).not.toMatch(/https?:|<script/)
  const action = /action="([^"]+)"/.exec(html)![1]!
  await one.visit(action, { method: 'POST', body: new URLSearchParams({ persona: 'uk-manager' }) })
  expect(one.visited.at(-1)).toBe(`${market.gateway.url}/products?domain=ports`)
  const { expiresAt, ...said } = await one.session()
  expect(said).toEqual({
    ...{ signedIn: true, signInAvailable: true, demo: true, subject: 'user:uk-manager' },
    ...{ name: 'Manager, United Kingdom', roles: ['uk-manager'] },
  })
  expect(Date.parse(String(expiresAt))).toBeGreaterThan(Date.now())
})

test('who is signed in asks as themselves, at addresses and in the graph, and no token ever reaches the browser', async () => {
  const one = await signedIn('steward')
  const rows = await one.send('/data/ports/north/harbour/1/calls/1.json')
  expect(rows.status).toBe(200)
  expect(rows.headers.get('vary')).toMatch(/\bcookie\b/)
  expect(((await rows.json()) as { profit: string }[])[0]).toHaveProperty('profit')
  expect((await browser().send('/data/ports/north/harbour/1/calls/1.json')).status).not.toBe(200)
  for (const seen of [one.header(), JSON.stringify(await one.session())]) expect(seen).not.toMatch(/eyJ[\w-]+\.|token/)
})

test('being nobody in particular is no session', async () => {
  const one = await signedIn('analyst')
  await one.visit('/auth/login?persona=visitor')
  await nobody(one)
})

test('sessions outlive the gateway that made them', async () => {
  const one = await signedIn('analyst')
  await market.restart()
  expect(await subjectOf(one)).toBe('user:analyst')
})
