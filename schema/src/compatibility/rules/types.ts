import type { ValueType } from '../../contracts/model.js'
import type { Rule } from '../rule.js'

export const types: Rule = {
  outcomes: {
    PROPERTY_TYPE_CHANGED: {
      level: 'breaking',
      because:
        'Values take another form in the graph and in files, even where none is lost (64-bit integers are strings).',
      example: {
        in: 'properties',
        before: '- { name: weight, logicalType: integer }',
        after: '- { name: weight, logicalType: integer, physicalType: bigint }',
      },
    },
    PROPERTY_TYPE_WIDENED: {
      level: 'dangerous',
      because: 'The form stays, but values may come that a column or variable of the old size does not hold.',
      example: {
        in: 'properties',
        before: '- { name: weight, logicalType: number, physicalType: "decimal(9,2)" }',
        after: '- { name: weight, logicalType: number, physicalType: "decimal(12,3)" }',
      },
    },
    PROPERTY_TYPE_NARROWED: {
      level: 'safe',
      because: 'Every value that may come could come before.',
      example: {
        in: 'properties',
        before: '- { name: weight, logicalType: number, physicalType: "decimal(12,3)" }',
        after: '- { name: weight, logicalType: number, physicalType: "decimal(9,2)" }',
      },
    },
  },
  property({ before, after }, subject, { report }) {
    const [old, now] = [written(before.type), written(after.type)]
    if (old === now) return
    const message = `${subject} was ${old} and is ${now}.`
    if (before.type.kind !== 'decimal' || after.type.kind !== 'decimal') {
      report('PROPERTY_TYPE_CHANGED', subject, message, after.place)
      return
    }
    const digits = (type: { precision: number; scale: number }) => type.precision - type.scale
    const wider = after.type.scale > before.type.scale || digits(after.type) > digits(before.type)
    report(wider ? 'PROPERTY_TYPE_WIDENED' : 'PROPERTY_TYPE_NARROWED', subject, message, after.place)
  },
}

function written(type: ValueType): string {
  if (type.kind === 'decimal') return `decimal(${type.precision},${type.scale})`
  return type.kind === 'array' ? `a list of ${written(type.items)}` : type.kind
}
