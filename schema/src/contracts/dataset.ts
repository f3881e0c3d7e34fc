import { type Problem, problem } from '../problems/problem.js'
import { declassification, sunset } from './commitments.js'
import { CUSTOM_PROPERTIES, CustomProperties } from './custom-properties.js'
import type { Contract, Dataset, Property, Visibility } from './model.js'
import { defined, deprecation, isTypeName, readProperty } from './property.js'
import { qualityRules } from './quality.js'
import type { Source } from './source.js'

export const VISIBILITIES = ['public', 'internal', 'granted'] as const
/** Names become columns, tables, files, addresses and GraphQL fields. */
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*$/
/** Two leading underscores belong to GraphQL itself. */
const COLUMN = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/
export const isIdentifier = (text: string) => IDENTIFIER.test(text) && !text.includes('__')
/** Addresses below a product that are not datasets (ARCHITECTURE §4 and §7). */
const RESERVED = new Set(['input', 'control', 'observability', 'product'])
/** What a key may be classified as: no stricter than the dataset that it finds rows of. */
const OPEN = new Set([undefined, 'public', 'internal'])

export interface ContractDefaults {
  visibility: Visibility
  discover: 'visible' | 'granted'
  /** Output contracts promise; input contracts only expect, and may say so in the source's own words. */
  direction: 'input' | 'output'
}

/** One schema object (ODCS "Schema") with all its properties, or nothing where it has no name. */
export function readDataset(
  source: Source,
  contract: Contract,
  defaults: ContractDefaults,
  problems: Problem[],
): Dataset | undefined {
  const name = source.text('name')
  if (name === undefined) return undefined
  const custom = new CustomProperties(source)
  custom.unknown(CUSTOM_PROPERTIES.dataset, problems)
  if (defaults.direction === 'output') checkName(source, name, problems)
  const sources = source.list('properties')
  if (sources.length === 0) {
    problems.push(problem('DATASET_WITHOUT_PROPERTIES', { dataset: name }, source.place))
  }
  checkNames(sources, name, problems)
  const names = new Set(sources.flatMap(property => property.text('name') ?? []))
  const properties = sources.flatMap(property => readProperty(property, name, names, problems) ?? [])
  const primaryKey = primaryKeyOf(sources, name, problems)
  if (defaults.direction === 'output') checkKey(sources, properties, primaryKey, name, problems)
  const entity = custom.text('terrane.entity', problems)
  if (entity !== undefined) checkEntity(entity, primaryKey, name, custom, source, problems)
  const singular = custom.text('terrane.singular', problems)
  if (singular !== undefined && !isIdentifier(singular)) {
    problems.push(problem('DATASET_NAME_INVALID', { name: singular }, custom.get('terrane.singular')!.place))
  }
  return {
    name,
    properties,
    primaryKey,
    quality: qualityRules(source, name, undefined, names, problems),
    visibility: custom.word('terrane.visibility', VISIBILITIES, problems) ?? defaults.visibility,
    discover: custom.word('terrane.discover', ['visible', 'granted'], problems) ?? defaults.discover,
    contract,
    place: source.place,
    ...defined({
      entity,
      singular,
      description: source.shown('description'),
      tags: source.get('tags') === undefined ? undefined : source.shownTexts('tags'),
      deprecated: deprecation(source, custom, problems),
      sunset: sunset(custom, problems),
      declassified: declassification(custom, problems),
    }),
  }
}

function checkName(source: Source, name: string, problems: Problem[]): void {
  const place = source.get('name')!.place
  if (RESERVED.has(name.toLowerCase())) problems.push(problem('DATASET_NAME_RESERVED', { name }, place))
  else if (!isIdentifier(name)) problems.push(problem('DATASET_NAME_INVALID', { name }, place))
}

/** Column names are compared as SQL does, without their case. */
function checkNames(properties: Source[], dataset: string, problems: Problem[]): void {
  const seen = new Map<string, Source>()
  for (const property of properties) {
    const name = property.text('name')
    if (name === undefined) continue
    const place = property.get('name')!.place
    if (!COLUMN.test(name)) problems.push(problem('PROPERTY_NAME_INVALID', { name }, place))
    const before = seen.get(name.toLowerCase())
    if (before !== undefined) {
      problems.push(problem('PROPERTY_TWICE', { dataset, property: name, line: before.place.line }, place))
    }
    seen.set(name.toLowerCase(), property)
  }
}

/**
 * `primaryKey` and `primaryKeyPosition` (from 1; −1 or absent means unset). A single key needs no position; several need
 * one each, without gaps or repetition.
 */
function primaryKeyOf(properties: Source[], dataset: string, problems: Problem[]): string[] {
  const keys = properties.filter(property => property.flag('primaryKey') && property.text('name') !== undefined)
  for (const property of properties) {
    const position = property.get('primaryKeyPosition')
    if (!property.flag('primaryKey') && typeof position?.scalar === 'number' && position.scalar > 0) {
      const details = { property: property.text('name') ?? '?', dataset }
      problems.push(problem('PRIMARY_KEY_POSITION_ALONE', details, position.place))
    }
  }
  const positioned = keys.map((property, index) => {
    const source = property.get('primaryKeyPosition')
    const given = typeof source?.scalar === 'number' && source.scalar !== -1 ? source.scalar : undefined
    return { name: property.text('name')!, given, place: (source ?? property).place, index }
  })
  if (positioned.every(key => key.given === undefined)) return positioned.map(key => key.name)
  const wanted = positioned.length
  const taken = new Set<number>()
  for (const key of positioned) {
    const position = key.given
    if (position === undefined || position < 1 || position > wanted || taken.has(position)) {
      problems.push(problem('PRIMARY_KEY_POSITION_INVALID', { property: key.name, dataset, wanted }, key.place))
    }
    if (position !== undefined) taken.add(position)
  }
  return positioned.sort((a, b) => (a.given ?? wanted) - (b.given ?? wanted) || a.index - b.index).map(key => key.name)
}

/** A primary key is governed by its dataset's grant alone (ARCHITECTURE §4): nothing on it may be stricter. */
function checkKey(
  sources: Source[],
  properties: Property[],
  primaryKey: string[],
  dataset: string,
  problems: Problem[],
): void {
  for (const property of properties) {
    if (!primaryKey.includes(property.name)) continue
    const source = sources.find(candidate => candidate.text('name') === property.name)!
    const report = (what: string, place = source.place) =>
      problems.push(problem('PRIMARY_KEY_RESTRICTED', { property: property.name, dataset, what }, place))
    if (!OPEN.has(property.classification)) {
      report(`the classification ${source.get('classification')!.quoted()}`, source.get('classification')!.place)
    }
    if (property.discover === 'granted') report('terrane.discover: granted')
    if (property.scopes !== undefined) report('terrane.scopes')
    if (property.type.kind === 'json' || property.type.kind === 'array' || property.type.kind === 'double') {
      const details = { property: property.name, dataset, type: property.type.kind }
      problems.push(problem('PRIMARY_KEY_TYPE', details, source.place))
    }
  }
}

function checkEntity(
  entity: string,
  primaryKey: string[],
  dataset: string,
  custom: CustomProperties,
  source: Source,
  problems: Problem[],
): void {
  const place = custom.get('terrane.entity')!.place
  if (!isTypeName(entity)) problems.push(problem('ENTITY_NAME_INVALID', { name: entity }, place))
  if (primaryKey.length === 0) problems.push(problem('ENTITY_WITHOUT_KEY', { entity, dataset }, source.place))
}
