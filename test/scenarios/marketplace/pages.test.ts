import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { loadOrCreateKeys } from '@terrane/schema'
import { ukSales } from '../gateway/small-mesh.js'
import { Browser } from './browser.js'
import { Market } from './market.js'

let market: Market
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-pages-'))
  await mkdir(path.join(folder, 'assets'))
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><title>The marketplace</title>')
  await writeFile(path.join(folder, 'assets', 'main-abc.js'), 'export {}')
  await writeFile(path.join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  market = await Market.open({ marketplace: folder })
})
afterAll(async () => {
  await market.close()
  await rm(folder, { recursive: true, force: true })
})

const get = (url: string, accept = 'text/html,*/*;q=0.8') =>
  fetch(market.gateway.url + url, { headers: { accept }, redirect: 'manual' })

test('every page path is the one page, and nothing but this gateway may speak in it', async () => {
  for (const url of ['/', '/products?domain=ports', '/products/harbour', '/requests', '/admin/harbour', '/graphiql']) {
    const response = await get(url)
    expect([response.status, await response.text()]).toEqual([200, '<!doctype html><title>The marketplace</title>'])
    const policy = response.headers.get('content-security-policy')!
    for (const said of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(said)
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('same-origin')
  }
})

test('what is something else, or nothing, is no page', async () => {
  for (const url of [
    '/assets/gone.js',
    '/auth/nothing',
    '/oidc',
    '/data',
    '/.well-known/nothing',
    '/registry/products',
  ])
    expect((await get(url)).headers.get('content-type')).not.toContain('text/html')
  expect((await get('/products/harbour', 'application/json')).status).toBe(404)
  expect(
    (await fetch(`${market.gateway.url}/products`, { method: 'POST', headers: { accept: 'text/html' } })).status,
  ).toBe(404)
  expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' })
  for (const url of ['/assets/../index.html', '/assets/..%2f..%2fetc/passwd', '/assets/%2e%2e/index.html'])
    expect(await (await get(url, '*/*')).text()).not.toMatch(/marketplace|root:/)
})

test('assets stay good, icons are there', async () => {
  const asset = await get('/assets/main-abc.js', '*/*')
  expect([asset.status, asset.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')])
  expect(asset.headers.get('cache-control')).toContain('immutable')
  expect((await get('/icon.svg', '*/*')).headers.get('content-type')).toContain('image/svg')
})

test('a product of another process cannot bring its script to where people are signed in', async () => {
  // It behaves until it is in the mesh, and then answers its address with a page that would act for its reader.
  const { jwks } = await loadOrCreateKeys(market.home)
  const uk = ukSales(jwks)
  const behave = uk.fetch.bind(uk)
  uk.fetch = async request => {
    if (!new URL(request.url).pathname.startsWith('/data/')) return behave(request)
    const headers = { 'content-type': 'text/html', 'set-cookie': 'terrane_session=planted; Path=/' }
    return new Response('<script>fetch("/graphql")</script>', { headers })
  }
  const published = await fetch(`${market.gateway.url}/registry/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await market.bearer('admin')) },
    body: JSON.stringify({ url: await uk.listen(), name: 'uk-sales' }),
  })
  expect(published.status).toBe(201)
  const one = new Browser(market.gateway.url)
  await one.visit('/auth/login?persona=steward')
  const before = one.header()
  const page = await one.send('/data/europe/uk/uk-sales/1', { headers: { accept: 'text/html' } })
  expect(await page.text()).toContain('<script>')
  expect(page.headers.get('content-security-policy')).toMatch(/\bsandbox\b(?!.*allow-(scripts|same-origin))/)
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  expect(one.header()).toBe(before)
  await uk.die()
})
