import { buildSchema, getOperationAST, parse, print } from 'graphql'
import { withNumbersApart } from './literal-numbers.js'

const schema = buildSchema('scalar Any  type Query { any(of: Any, in: [Any]): Int }')
const apart = (query: string) => {
  const document = parse(query)
  const { document: told, given } = withNumbersApart(schema, document, getOperationAST(document)!)
  return { told: print(told), same: told === document, given: JSON.parse(JSON.stringify(given({ b: 1 }))) }
}

test('names of the client’s are not taken, and what is the same is one variable', () => {
  const { told, given } = apart(
    'query ($literal_0: Any) { any(of: 9007199254740993) b: any(of: 9007199254740993, in: [$literal_0, 1.50]) }',
  )
  expect(told.replace(/\s+/g, ' ').trim()).toBe(
    'query ($literal_0: Any, $literal_1: Any) { any(of: $literal_1) b: any(of: $literal_1, in: [$literal_0, 1.50]) }',
  )
  expect(Object.keys(given)).toEqual(['b', 'literal_1'])
})

test('a question without such a number is left as it is', () => {
  expect(apart('{ any(of: {a: [1, 1.5, "9007199254740993"]}) }')).toMatchObject({ same: true, given: { b: 1 } })
})

test('a value is looked through once, however deep it is: of each of its levels it would be seconds', () => {
  const values = '[1],'.repeat(120_000)
  const deep = (last: string) => `query ($b: Any) { any(of: ${'['.repeat(95)}${values} ${last}${']'.repeat(95)}) }`
  expect(apart(deep('$b, 9007199254740993')).told).not.toContain('literal')
  expect(apart(deep('9007199254740993')).told).toContain('any(of: $literal_0)')
})
