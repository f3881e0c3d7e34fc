import type { Subgraph } from './mesh.js'
import type { EntityModel, FieldModel } from './world.js'

/** A mesh while it is generated. */
export interface Draft {
  names: readonly string[]
  subgraphs: readonly Subgraph[]
  models: readonly EntityModel[]
  /** Subgraphs of every entity, the one that knows all its keys first. */
  homes: ReadonlyMap<string, Subgraph[]>
  /** The subgraph that knows an interface object only. */
  spare: Subgraph | undefined
  addField(typeName: string, fieldName: string, model: FieldModel, owners: Subgraph[], line: string): void
  pick<Item>(items: readonly Item[]): Item
  chance(percent: number): boolean
}

export const MODES = 'enum Mode { FAST SLOW }'
export const ECHO_IN = 'input EchoIn { n: Int = 3 tags: [[String]] mode: Mode'

/** What makes plans harder: each by chance, so that what fails is shrunk to what is needed for it. */
export function addFeatures(draft: Draft): void {
  const { names, subgraphs, spare, chance } = draft
  for (const name of names) {
    if (chance(40)) addChain(name, draft)
    if (chance(40)) addNested(name, draft)
    if (chance(30)) addProvided(name, draft)
    if (chance(40)) addValues(name, draft)
    if (chance(20)) addContext(name, draft)
  }
  if (chance(30)) addInterface(draft)
  for (const [index, one] of subgraphs.entries()) {
    if (one === spare || !chance(40)) continue
    one.mutations.add(`countIn${index}(fail: Boolean = false): Int`)
    for (const name of names)
      if (one.entities.get(name)?.resolvable && chance(60)) one.mutations.add(`touch${name}In${index}: ${name}`)
  }
}

/** Computed of what is computed, there and back between two subgraphs, with arguments on the way. */
function addChain(name: string, { homes, models, addField, pick, chance }: Draft): void {
  const [one, other] = homes.get(name)!
  if (!one || !other) return
  const marked = chance(50)
  const foreign = Object.entries(models.find(model => model.name === name)!.fields).filter(
    ([fieldName, { kind }]) =>
      (kind === 'scalar' || kind === 'priced') && !one.entities.get(name)!.fields.has(fieldName),
  )
  if (foreign.length === 0) return
  const [first, { kind }] = pick(foreign)
  const owners = [one, other]
  let of = [kind === 'priced' ? `price(currency: "${pick(['USD', 'EUR'])}")` : first]
  for (let step = 0; step < (chance(50) ? 2 : 3); step++) {
    const owner = owners[step % 2]!
    const fieldName = `c${7 + step}`
    const model: FieldModel = { kind: 'computed', of, marked }
    const requires = JSON.stringify(of.join(' '))
    addField(
      name,
      fieldName,
      model,
      [owner],
      `${fieldName}${marked ? '(mark: String)' : ''}: String @requires(fields: ${requires})`,
    )
    owner.computed.set(`${name}.${fieldName}`, of)
    of = [marked && chance(70) ? `${fieldName}(mark: "${pick(['x', 'y'])}")` : fieldName]
  }
}

/** Computed of what other subgraphs know of entities that others again refer to. */
function addNested(name: string, { homes, models, addField, pick }: Draft): void {
  const fields = (of: string) => Object.entries(models.find(model => model.name === of)!.fields)
  const refers = fields(name).flatMap(([fieldName, model]) =>
    model.kind === 'reference' ? [{ fieldName, model }] : [],
  )
  if (refers.length === 0) return
  const { fieldName, model } = pick(refers)
  const holder = homes.get(name)!.find(one => one.entities.get(name)!.fields.has(fieldName))!
  const owner = homes.get(name)!.find(one => !one.entities.get(name)!.fields.has(fieldName))
  if (!owner) return
  const known = owner.entities.get(model.to)
  const foreign = fields(model.to).filter(
    // One that may not be null would take its entity along where it fails, and with it what is computed of it.
    ([one, it]) =>
      it.kind === 'scalar' && !it.nonNull && !known?.fields.has(one) && !isMoved(one, model.to, homes.get(model.to)!),
  )
  if (foreign.length === 0) return
  const [belowName, below] = pick(foreign)
  if (below.kind !== 'scalar') return
  const key = homes.get(model.to)![0]!.entities.get(model.to)!.keys[0]!
  const entity = known ?? { keys: [key], resolvable: false, fields: new Map() }
  owner.entities.set(model.to, entity)
  entity.fields.set(belowName, `${belowName}: ${below.type} @external`)
  owner.entities.get(name)!.fields.set(fieldName, `${holder.entities.get(name)!.fields.get(fieldName)} @external`)
  const of = `${fieldName} { ${belowName} }`
  addField(
    name,
    'nested',
    { kind: 'computed', of: [of] },
    [owner],
    `nested: String @requires(fields: ${JSON.stringify(of)})`,
  )
  owner.computed.set(`${name}.nested`, [of])
}

/** What another subgraph knows of an entity is told along with a reference to it. */
function addProvided(name: string, { homes, models, addField }: Draft): void {
  const [, owner] = homes.get(name)!
  if (!owner) return
  const entity = owner.entities.get(name)!
  const [fieldName, model] =
    Object.entries(models.find(one => one.name === name)!.fields).find(
      ([one, { kind }]) => kind === 'scalar' && !entity.fields.has(one) && !isMoved(one, name, homes.get(name)!),
    ) ?? []
  if (!fieldName || model?.kind !== 'scalar') return
  if ([...owner.computed].some(([of, sets]) => of.startsWith(`${name}.`) && sets.includes(fieldName))) return
  for (const { entities } of homes.get(name)!) {
    const line = entities.get(name)?.fields.get(fieldName)
    if (line && !line.includes('@shareable')) entities.get(name)!.fields.set(fieldName, `${line} @shareable`)
  }
  entity.fields.set(fieldName, `${fieldName}: ${model.type}${model.nonNull ? '!' : ''} @external`)
  addField(
    name,
    'next',
    { kind: 'reference', to: name, list: false, nonNull: false },
    [owner],
    `next: ${name} @provides(fields: "${fieldName}")`,
  )
}

const isMoved = (fieldName: string, name: string, homes: readonly Subgraph[]) =>
  homes.some(one => one.entities.get(name)?.fields.get(fieldName)?.includes('@override'))

/** Enums, inputs and lists of which subgraphs know different parts; a hidden field. */
function addValues(name: string, { homes, models, addField, pick, chance }: Draft): void {
  const owners = homes.get(name)!
  for (const one of owners) {
    if (!one.more.some(line => line.startsWith('enum Mood'))) one.more.push('enum Mood { GOOD BAD ODD }')
  }
  addField(name, 'mood', { kind: 'mood' }, owners, 'mood: Mood')
  addField(name, 'grid', { kind: 'grid' }, [pick(owners)], 'grid: [[Int]]')
  const owner = pick(owners)
  addField(name, 'echo', { kind: 'echo' }, [owner], 'echo(of: EchoIn = {n: 1}): String')
  for (const one of owners) {
    if (one.more.includes(MODES)) continue
    one.more.push(MODES, `${ECHO_IN}${one !== owner && chance(50) ? ' hidden: String' : ''} }`)
    if (one !== owner) one.mutations.add(`echoIn${one.name.slice(1)}(of: EchoIn): Int`)
  }
  const [hidden, model] =
    Object.entries(models.find(one => one.name === name)!.fields).find(([, { kind }]) => kind === 'scalar') ?? []
  if (hidden && model && chance(30))
    for (const one of owners) {
      const { fields } = one.entities.get(name)!
      const line = fields.get(hidden)
      if (line && !line.includes('@external')) fields.set(hidden, `${line} @inaccessible`)
    }
}

function addContext(name: string, { homes, addField, pick, names }: Draft): void {
  if (name !== names[0]) return
  const owner = pick(homes.get(name)!)
  const entity = owner.entities.get(name)!
  if (!entity.keys.includes('id')) return
  entity.also = ' @context(name: "whose")'
  owner.more.push(
    'type Part @key(fields: "id") { id: ID! inContext(of: ID @fromContext(field: "$whose { id }")): String }',
  )
  addField(name, 'parts', { kind: 'parts' }, [owner], 'parts: [Part!]')
}

/** An interface of all entities, in the subgraph that has them all. */
function addInterface({ subgraphs, names, addField, chance }: Draft): void {
  const owner = subgraphs.find(one => names.every(name => one.entities.get(name)?.resolvable))
  if (!owner) return
  for (const name of names)
    addField(name, 'label', { kind: 'scalar', type: 'String', nonNull: false }, [owner], 'label: String')
  const mate = chance(50)
  const to = names[0]!
  if (mate)
    for (const name of names)
      addField(name, 'mate', { kind: 'reference', to, list: false, nonNull: false }, [owner], `mate: ${to}`)
  owner.more.push(`interface Labelled { label: String ${mate ? `mate: ${to}` : ''} }`)
  owner.roots.add('labelled: [Labelled]')
}
