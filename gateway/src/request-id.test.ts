import { requestId } from './request-id.js'

test('is a random UUID of version 4', () => {
  const ids = Array.from({ length: 3000 }, requestId)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(ids).size).toBe(ids.length)
  // All digits at all places that are free.
  const fixed = new Set([8, 13, 14, 18, 19, 23])
  for (let at = 0; at < 36; at++) expect(new Set(ids.map(id => id[at])).size).toBe(fixed.has(at) ? 1 : 16)
})
