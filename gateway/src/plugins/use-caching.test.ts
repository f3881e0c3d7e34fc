import { VISITOR } from '@terrane/schema'
import type { Operation } from '../executor/operation.js'
import { cachingHeaders } from './use-caching.js'

test('what a gateway has answered whose clock is ahead has no age below none', () => {
  const kept = { at: Date.now() + 60_000, etag: 'tag' }
  const headers = new Map(cachingHeaders({ caller: VISITOR, kept } as Operation))
  expect(headers.get('age')).toBe('0')
})
