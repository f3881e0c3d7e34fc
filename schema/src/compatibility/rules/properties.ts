import type { Rule } from '../rule.js'
import { isOver } from '../sunset.js'

export const properties: Rule = {
  outcomes: {
    PROPERTY_REMOVED: {
      level: 'breaking',
      because: 'Queries that name it fail, and so do programs that read the column. A new name is a removal too.',
      example: { in: 'properties', before: '- { name: channel }', after: '' },
    },
    PROPERTY_RETIRED: {
      level: 'dangerous',
      because: 'It was published as deprecated with a day in `terrane.sunset`, and that day has passed.',
      example: {
        in: 'properties',
        before: `- name: channel
  customProperties:
    - { property: terrane.deprecated, value: Every order is taken in the shop. }
    - { property: terrane.sunset, value: "2026-01-31" }`,
        after: '',
      },
    },
    PROPERTY_ADDED: {
      level: 'safe',
      because: 'Queries name what they want; who reads whole files finds one column more.',
      example: { in: 'properties', before: '', after: '- { name: channel }' },
    },
  },
  dataset({ before, after }, { report, today }) {
    for (const property of before.properties) {
      if (after.properties.some(({ name }) => name === property.name)) continue
      const subject = `${after.name}.${property.name}`
      if (isOver(property, today)) {
        report('PROPERTY_RETIRED', subject, `${subject} went after its sunset on ${property.sunset}.`, after.place)
      } else report('PROPERTY_REMOVED', subject, `${subject} was removed.`, after.place)
    }
    for (const { name, place } of after.properties) {
      if (before.properties.some(property => property.name === name)) continue
      report('PROPERTY_ADDED', `${after.name}.${name}`, `${after.name}.${name} is new.`, place)
    }
  },
}
