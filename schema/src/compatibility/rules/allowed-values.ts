import type { Rule } from '../rule.js'

export const allowedValues: Rule = {
  outcomes: {
    ENUM_VALUE_ADDED: {
      level: 'dangerous',
      because: 'Programs that know all values meet one that they do not know.',
      example: {
        in: 'properties',
        before: '- { name: channel, enum: [{ value: shop }, { value: web }] }',
        after: '- { name: channel, enum: [{ value: shop }, { value: web }, { value: phone }] }',
      },
    },
    ENUM_VALUE_REMOVED: {
      level: 'dangerous',
      because: 'Nothing unknown can come, but who asks for that value finds nothing and is not told.',
      example: {
        in: 'properties',
        before: '- { name: channel, enum: [{ value: shop }, { value: web }, { value: phone }] }',
        after: '- { name: channel, enum: [{ value: shop }, { value: web }] }',
      },
    },
    ENUM_OPENED: {
      level: 'dangerous',
      because: 'Any value may come where a few were promised.',
      example: {
        in: 'properties',
        before: '- { name: channel, enum: [{ value: shop }, { value: web }] }',
        after: '- { name: channel }',
      },
    },
    ENUM_CLOSED: {
      level: 'safe',
      because: 'A few values are promised where any could come.',
      example: {
        in: 'properties',
        before: '- { name: channel }',
        after: '- { name: channel, enum: [{ value: shop }, { value: web }] }',
      },
    },
  },
  property({ before, after }, subject, { report }) {
    const [old, now] = [before.enum, after.enum]
    if (old === undefined && now !== undefined) {
      report('ENUM_CLOSED', subject, `${subject} is one of ${now.join(', ')} now.`, after.place)
    } else if (old !== undefined && now === undefined) {
      report('ENUM_OPENED', subject, `${subject} was one of ${old.join(', ')} and may be anything now.`, after.place)
    } else if (old !== undefined && now !== undefined) {
      const added = now.filter(value => !old.includes(value))
      const removed = old.filter(value => !now.includes(value))
      if (added.length > 0) {
        report('ENUM_VALUE_ADDED', subject, `${subject} may be ${added.join(', ')} now.`, after.place)
      }
      if (removed.length > 0) {
        report('ENUM_VALUE_REMOVED', subject, `${subject} can no longer be ${removed.join(', ')}.`, after.place)
      }
    }
  },
}
