import type { Rule } from '../rule.js'
import { isOver } from '../sunset.js'

export const datasets: Rule = {
  outcomes: {
    DATASET_REMOVED: {
      level: 'breaking',
      because: 'Whoever reads it finds nothing.',
      example: {
        in: 'contract',
        before: 'schema: [{ name: orders, properties: [{ name: id }] }, { name: returns, properties: [{ name: id }] }]',
        after: 'schema: [{ name: orders, properties: [{ name: id }] }]',
      },
    },
    DATASET_RETIRED: {
      level: 'dangerous',
      because: 'It was published as deprecated with a day in `terrane.sunset`, and that day has passed.',
      example: {
        in: 'contract',
        before: `schema:
  - { name: orders, properties: [{ name: id }] }
  - name: returns
    properties: [{ name: id }]
    customProperties:
      - { property: terrane.deprecated, value: Use orders. }
      - { property: terrane.sunset, value: "2026-01-31" }`,
        after: 'schema: [{ name: orders, properties: [{ name: id }] }]',
      },
    },
    DATASET_ADDED: {
      level: 'safe',
      because: 'Nobody reads it yet.',
      example: {
        in: 'contract',
        before: 'schema: [{ name: orders, properties: [{ name: id }] }]',
        after: 'schema: [{ name: orders, properties: [{ name: id }] }, { name: returns, properties: [{ name: id }] }]',
      },
    },
  },
  product({ before, after }, { report, today }) {
    for (const dataset of before.datasets) {
      if (after.datasets.some(({ name }) => name === dataset.name)) continue
      const place = { file: after.file, line: 1, column: 1 }
      if (isOver(dataset, today)) {
        report('DATASET_RETIRED', dataset.name, `${dataset.name} went after its sunset on ${dataset.sunset}.`, place)
      } else report('DATASET_REMOVED', dataset.name, `${dataset.name} was removed.`, place)
    }
    for (const { name, place } of after.datasets) {
      if (!before.datasets.some(dataset => dataset.name === name))
        report('DATASET_ADDED', name, `${name} is new.`, place)
    }
  },
}
