import { type Problem, problem } from '../problems/problem.js'
import { declassification, sunset } from './commitments.js'
import { CUSTOM_PROPERTIES, CustomProperties } from './custom-properties.js'
import type { Property, Relationship, Value } from './model.js'
import { isPattern, qualityRules } from './quality.js'
import { redact } from './redact.js'
import type { Source } from './source.js'
import { valueTypeOf } from './value-type.js'

/** GraphQL type names, so that a shared entity can be one. */
const TYPE_NAME = /^[A-Z][A-Za-z0-9]*$/
export const isTypeName = (text: string) => TYPE_NAME.test(text)

/** One `schema[].properties[]` as a column with a type and its promises. */
export function readProperty(
  source: Source,
  dataset: string,
  names: ReadonlySet<string>,
  problems: Problem[],
): Property | undefined {
  const name = source.text('name')
  if (name === undefined) return undefined
  const custom = new CustomProperties(source)
  custom.unknown(CUSTOM_PROPERTIES.property, problems)
  const quality = qualityRules(source, dataset, name, names, problems)
  const options = (source.get('logicalTypeOptions')?.plain() ?? {}) as Record<string, unknown>
  if (typeof options.pattern === 'string' && !isPattern(options.pattern)) {
    const place = source.get('logicalTypeOptions')?.get('pattern')?.place
    problems.push(problem('PATTERN_INVALID', { name: 'logicalTypeOptions.pattern' }, place))
  }
  const type = valueTypeOf(source, problems)
  const allowed = allowedValues(source, type.kind, problems)
  return {
    name,
    type,
    required: source.flag('required') || source.flag('primaryKey'),
    unique: source.flag('unique'),
    discover: custom.word('terrane.discover', ['visible', 'granted'], problems) ?? 'visible',
    quality,
    options,
    physicalName: source.text('physicalName') ?? name,
    place: source.place,
    ...defined({
      description: source.shown('description'),
      businessName: source.shown('businessName'),
      enum: allowed?.map(value => String(value.scalar)),
      shownEnum: allowed?.map(value => value.told()),
      examples: redact(source.get('examples')?.plain(true)) as Value[] | undefined,
      tags: source.get('tags') === undefined ? undefined : source.shownTexts('tags'),
      deprecated: deprecation(source, custom, problems),
      sunset: sunset(custom, problems),
      declassified: declassification(custom, problems),
      classification: source.text('classification'),
      scopes: scopes(custom, name, problems),
      relationship: relationship(source, name, custom, problems),
    }),
  }
}

/** ODCS 3.2 `enum`; before that, the values of a rule that lets nothing else pass. */
function allowedValues(source: Source, kind: string, problems: Problem[]): Source[] | undefined {
  const entries = source.list('enum').map(item => item.get('value') ?? item)
  const values = entries.length > 0 ? entries : strictValidValues(source)
  if (values === undefined) return undefined
  if (kind === 'json' || kind === 'array') {
    problems.push(problem('ENUM_NOT_POSSIBLE', { type: kind }, (values[0] ?? source).place))
    return undefined
  }
  return values.filter(value => value.scalar !== null && value.scalar !== undefined)
}

function strictValidValues(source: Source): Source[] | undefined {
  for (const rule of source.list('quality')) {
    const named = rule.text('metric') ?? rule.text('rule')
    const severity = rule.text('severity') ?? 'error'
    const none = rule.get('mustBe')?.scalar === 0 || (named === 'validValues' && rule.get('mustBe') === undefined)
    const list = rule.get('arguments')?.get('validValues') ?? rule.get('validValues')
    if ((named === 'invalidValues' || named === 'validValues') && none && severity === 'error' && list?.items.length) {
      return list.items
    }
  }
  return undefined
}

export function deprecation(source: Source, custom: CustomProperties, problems: Problem[]): string | undefined {
  return custom.shown('terrane.deprecated', problems) ?? (source.flag('deprecated') ? 'No longer supported' : undefined)
}

/** `terrane.scopes`: a list of texts (all of them needed), or a list of such lists (one of them needed). Never empty. */
function scopes(custom: CustomProperties, name: string, problems: Problem[]): string[][] | undefined {
  const value = custom.get('terrane.scopes')
  if (value === undefined) return undefined
  const isText = (item: Source) => typeof item.scalar === 'string' && item.scalar.trim() !== ''
  const texts = (list: Source) => list.items.map(item => String(item.scalar))
  if (value.items.length > 0 && value.items.every(isText)) return [texts(value)]
  if (value.items.length > 0 && value.items.every(list => list.items.length > 0 && list.items.every(isText))) {
    return value.items.map(texts)
  }
  problems.push(problem('SCOPES_EMPTY', { property: name }, value.place))
  // Nobody holds this one: whoever goes on despite the problem opens nothing.
  return [['terrane:nobody']]
}

function relationship(
  source: Source,
  name: string,
  custom: CustomProperties,
  problems: Problem[],
): Relationship | undefined {
  const declared = source.list('relationships')
  const first = declared[0]
  if (declared.length > 1) {
    problems.push(problem('RELATIONSHIP_TWICE', { property: name }, declared[1]!.place))
  }
  const own = first === undefined ? undefined : new CustomProperties(first)
  own?.unknown(CUSTOM_PROPERTIES.relationship, problems)
  const of = (key: string) => (own?.get(key) === undefined ? custom : own)
  const entity = of('terrane.entity').text('terrane.entity', problems)
  const field = of('terrane.field').text('terrane.field', problems)
  const reverse = of('terrane.reverse').flag('terrane.reverse', problems)
  if (entity === undefined) {
    // Without an entity a relationship is documentation; the other two would be without effect.
    const lonely = field !== undefined ? 'terrane.field' : reverse ? 'terrane.reverse' : undefined
    if (lonely !== undefined) {
      problems.push(problem('RELATIONSHIP_ENTITY_MISSING', { name: lonely }, of(lonely).get(lonely)?.place))
    }
    return undefined
  }
  if (!isTypeName(entity)) {
    problems.push(problem('ENTITY_NAME_INVALID', { name: entity }, of('terrane.entity').get('terrane.entity')?.place))
    return undefined
  }
  const shortened = name.replace(/_?(code|id)$/i, '')
  if (field === undefined && (shortened === '' || shortened === name)) {
    problems.push(problem('RELATIONSHIP_FIELD_MISSING', { property: name }, source.place))
    return undefined
  }
  return { entity, field: field ?? shortened, to: target(first, name), reverse }
}

/** `countries.code`, or fully qualified `schema/countries/properties/code`, `file.yaml#/schema/…`. */
function target(relationship: Source | undefined, name: string): Relationship['to'] {
  const to = relationship?.get('to')
  const text = typeof to?.scalar === 'string' ? to.scalar : to?.items[0]?.scalar
  if (typeof text !== 'string') return { property: /_?(code|id)$/i.exec(name)?.[1]?.toLowerCase() ?? name }
  if (text.includes('/')) {
    const [, , dataset, , property] = text.replace(/^.*#/, '').replace(/^\/?/, '/').split('/')
    return { ...(dataset === undefined ? {} : { dataset }), property: property ?? name }
  }
  const at = text.lastIndexOf('.')
  return { ...(at < 0 ? {} : { dataset: text.slice(0, at) }), property: text.slice(at + 1) }
}

/** The object without its undefined members. */
export function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
