import { buildSchema, printSchema } from 'graphql'
import { visibleSchema } from '../visible-schema.js'

const whole = buildSchema(`
  type Query { orders(where: OrdersWhere): [Order]  "Sums, customer_email left out." count: Int }
  "Amount and margin of an order."
  type Order {
    amount: Int
    "Amount less cost."
    margin: Int
    "Code of amount and margin."
    currency: String
    customerEmail: String
  }
  input OrdersWhere {
    margin: Int
    "Not as MARGIN."
    amount: Int
    by: Dimension
  }
  enum Dimension { MARGIN  "Beside margin." AMOUNT }
`)
const hidden = {
  places: new Set(['Order.margin', 'OrdersWhere.margin', 'Dimension.MARGIN', 'Order.customerEmail']),
  names: new Set(['margin', 'customer_email']),
}

it('tells a hidden name nowhere, descriptions included', () => {
  const printed = printSchema(visibleSchema(whole, hidden))
  expect(printed).not.toMatch(/margin|e-?mail/i)
  for (const kept of ['amount: Int', 'currency: String', 'AMOUNT', 'count: Int']) expect(printed).toContain(kept)
})

it('is the schema itself where nothing is hidden', () => {
  expect(visibleSchema(whole, { places: new Set(), names: new Set() })).toBe(whole)
})
