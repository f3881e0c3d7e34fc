import { parse } from 'graphql'
import { KnownDocuments } from './known-documents.js'

test('what is known of documents weighs what their texts do, however few tokens they are made of', () => {
  const documents = new KnownDocuments(100_000)
  const texts = Array.from({ length: 100 }, (_, at) => `{ a } # ${at} ${'x'.repeat(1_000_000)}`)
  for (const text of texts) documents.learn(text, parse(text), 'hash')
  const known = texts.filter(text => documents.get(text)).reduce((sum, { length }) => sum + length, 0)
  expect(known).toBeGreaterThan(0)
  expect(known).toBeLessThan(40_000_000)
  const short = '{ a }'
  documents.learn(short, parse(short), 'hash')
  expect(documents.get(short)).toBeDefined()
})
