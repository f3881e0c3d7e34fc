import { atOnce } from '@terrane/schema'
import { parse } from 'graphql'
import { RequiredRights } from './required-rights.js'

const SUPERGRAPH = `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5")
    @link(url: "https://specs.apollo.dev/authenticated/v0.1") { query: Query }
  type Query { thing: Thing }
  type Thing {
    open: String
    secret: String @authenticated
    made: String @join__field(graph: A, requires: "secret")
  }`

test.each([
  ['under its usual name', SUPERGRAPH],
  ['renamed with all of its specification', SUPERGRAPH.replaceAll('join__', 'j__').replace('v0.5"', 'v0.5", as: "j"')],
  [
    'imported by another name',
    SUPERGRAPH.replaceAll('join__field', 'of').replace('v0.5"', 'v0.5", import: [{name: "@field", as: "@of"}]'),
  ],
  ['imported', SUPERGRAPH.replaceAll('join__field', 'field').replace('v0.5"', 'v0.5", import: ["@field"]')],
])('who may not see a field may not see what is computed of it, the join directive %s', (_, supergraph) => {
  const rights = atOnce(RequiredRights.of(parse(supergraph)))
  expect(rights.of('Thing', 'open')).toEqual([])
  expect(rights.of('Thing', 'made')).toEqual([{ kind: 'authenticated' }])
})
