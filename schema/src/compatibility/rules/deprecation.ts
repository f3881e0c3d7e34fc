import type { Position } from '../../contracts/model.js'
import type { Context, Rule } from '../rule.js'

interface Deprecable {
  deprecated?: string
  sunset?: string
  place: Position
}

export const deprecation: Rule = {
  outcomes: {
    DEPRECATED: {
      level: 'safe',
      because: 'It goes on working; tools strike it through and show the reason.',
      example: {
        in: 'properties',
        before: '- { name: channel }',
        after: '- { name: channel, customProperties: [{ property: terrane.deprecated, value: Always shop. }] }',
      },
    },
    DEPRECATION_LIFTED: {
      level: 'safe',
      because: 'It stays.',
      example: {
        in: 'properties',
        before: '- { name: channel, customProperties: [{ property: terrane.deprecated, value: Always shop. }] }',
        after: '- { name: channel }',
      },
    },
    SUNSET_ADVANCED: {
      level: 'breaking',
      because: 'Who planned with the published day has less time than was promised.',
      example: {
        in: 'properties',
        before: `- name: channel
  customProperties:
    - { property: terrane.deprecated, value: Always shop. }
    - { property: terrane.sunset, value: "2027-06-30" }`,
        after: `- name: channel
  customProperties:
    - { property: terrane.deprecated, value: Always shop. }
    - { property: terrane.sunset, value: "2027-01-31" }`,
      },
    },
  },
  dataset: ({ before, after }, context) => compare(before, after, after.name, context),
  property: ({ before, after }, subject, context) => compare(before, after, subject, context),
}

function compare(before: Deprecable, after: Deprecable, subject: string, { report }: Context): void {
  if (before.deprecated === undefined && after.deprecated !== undefined) {
    const until = after.sunset === undefined ? '' : ` It may go after ${after.sunset}.`
    report('DEPRECATED', subject, `${subject} is deprecated: ${after.deprecated}${until}`, after.place)
  } else if (before.deprecated !== undefined && after.deprecated === undefined) {
    report('DEPRECATION_LIFTED', subject, `${subject} is no longer deprecated.`, after.place)
  }
  if (before.sunset !== undefined && after.sunset !== undefined && after.sunset < before.sunset) {
    const message = `The sunset of ${subject} was ${before.sunset} and is ${after.sunset}.`
    report('SUNSET_ADVANCED', subject, message, after.place)
  }
}
