import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { withResolvers } from '@terrane/runtime'
import { productGraph, readProduct } from '@terrane/schema'
import { composeSupergraph } from '@terrane/schema/composition'
import { folder, type Harbour, openHarbour, SHIPS } from '../harbour/harbour.js'

/** Fields of a product's own `resolvers.ts`, under the same rights as what contracts promise. */
const ADDRESS = '/data/ports/north/harbour/1'
const EXTRA = path.join(__dirname, 'resolvers.ts')
let base: string
let productFolder: string
beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'terrane-extra-fields-'))
  productFolder = path.join(base, 'product')
  await cp(folder, productFolder, { recursive: true })
})
afterEach(() => rm(base, { recursive: true, force: true }))

describe('served', () => {
  let harbour: Harbour
  beforeEach(async () => {
    await cp(EXTRA, path.join(productFolder, 'resolvers.ts'))
    harbour = await openHarbour({ productFolder })
  })
  afterEach(() => harbour?.close())

  const asked = async (selection: string, ...roles: string[]) => {
    const headers = roles.length > 0 ? await harbour.as(...roles) : {}
    const { data, errors } = await harbour.ask(`{ harbour { ${selection} } }`, headers)
    return { data: data?.harbour, codes: (errors ?? []).map(({ extensions }) => extensions.code) }
  }
  const SHIP = (field: string) => `ship(shipId: "S001") { ${field} }`
  const DENIED = 'UNAUTHORIZED_FIELD_OR_TYPE'

  test('who must not: no field without a grant, none that says nothing of its readers, none governed by what is hidden or masked', async () => {
    // To a visitor they do not exist; who may know of them is told what they take.
    for (const field of ['shipCount', 'shipsOf(flag: "GB")', SHIP('bow'), SHIP('rumour')]) {
      expect(await asked(field)).toEqual({ data: undefined, codes: ['GRAPHQL_VALIDATION_FAILED'] })
      const known = await asked(field, 'nobody')
      expect([Object.values(known.data), known.codes]).toEqual([[null], [DENIED]])
    }
    // A clerk's grant is by classification: what has none is not in it.
    expect(await asked(SHIP('bow rumour'), 'clerk')).toEqual({
      data: { ship: { bow: 'SHIP 1 (NO)', rumour: null } },
      codes: [DENIED],
    })
    // The clerk sees pilots' initials only: what is made of whole names is not for them.
    expect(await asked('calls(first: 1) { nodes { pilotName pilotGreeting } }', 'clerk')).toEqual({
      data: { calls: { nodes: [{ pilotName: 'P…', pilotGreeting: null }] } },
      codes: [DENIED],
    })
    // What a method reads of its own accord is read as its caller.
    const gossip = await asked('calls(first: 1) { nodes { gossip } }', 'clerk')
    expect(gossip).toEqual({ data: { calls: { nodes: [{ gossip: null }] } }, codes: [DENIED] })
    const agent = await asked(`${SHIP('berthing { calls }')} shipCount`, 'gb-agent')
    expect(agent.data.ship).toBeNull() // of another flag
    expect(agent.data.shipCount).toBe(SHIPS / 4)
    const british = await asked('ship(shipId: "S004") { berthing { calls } }', 'gb-agent')
    expect(british).toEqual({ data: { ship: { berthing: null } }, codes: [DENIED] })
  })

  test('who may: on rows, on the root, in types of their own, and as entities', async () => {
    const steward = await harbour.as('steward')
    // Once more, because what is asked again is answered by compiled code.
    for (let times = 0; times < 3; times++) {
      expect(await asked(`${SHIP('name bow rumour')} shipsOf(flag: "GB") shipCount`, 'steward')).toEqual({
        data: {
          ship: { name: 'Ship 1', bow: 'SHIP 1 (NO)', rumour: 'a rumour' },
          shipsOf: ['Ship 4', 'Ship 8', 'Ship 12'],
          shipCount: SHIPS,
        },
        codes: [],
      })
    }
    const { data } = await asked(
      `calls(first: 1) { nodes { pilotGreeting gossip } } ${SHIP('berthing { calls ship reach }')}`,
      'steward',
    )
    expect(data).toEqual({
      calls: { nodes: [{ pilotGreeting: 'Ahoy Pilot 1', gossip: 'it made 0.50' }] },
      ship: { berthing: { calls: 15, ship: 'S001', reach: ['aggregate', 'caller', 'row', 'rows'] } },
    })
    const entities = await harbour.ask(
      '{ _entities(representations: [{__typename: "Ship", shipId: "S002"}]) { ... on Ship { bow } } }',
      steward,
    )
    expect(entities.data._entities).toEqual([{ bow: 'SHIP 2 (PA)' }])
  })

  test('a grant by name opens what says nothing of its readers; the audit tells of both', async () => {
    expect((await asked(SHIP('rumour'), 'clerk')).codes).toEqual([DENIED])
    const grant = { subject: 'role:clerk', actions: ['read'], dataset: 'ships', properties: ['rumour'] }
    const answer = await harbour.product.fetch(
      new Request(`http://harbour.test${ADDRESS}/control/grants`, {
        method: 'PUT',
        headers: { ...(await harbour.as('admin')), 'content-type': 'application/json' },
        body: JSON.stringify(grant),
      }),
    )
    expect(answer.status).toBe(200)
    const before = await harbour.get(`${ADDRESS}/observability/audit?subject=user:clerk`, await harbour.as('admin'))
    expect(((await before.json()) as { audit: object[] }).audit).toContainEqual(
      expect.objectContaining({ dataset: 'ships', properties: ['rumour'], outcome: 'denied' }),
    )
    expect(await asked(SHIP('rumour'), 'clerk')).toEqual({ data: { ship: { rumour: 'a rumour' } }, codes: [] })
  })

  test('the gateway is told by directives, and composes it', async () => {
    const sdl = harbour.product.sdl()
    expect(sdl).toMatch(/bow: String @policy\(policies: \[\["harbour\/ships\/bow", "harbour\/ships"\]\]\)/)
    expect(sdl).toMatch(
      /pilotGreeting: String @policy\(policies: \[\["harbour\/calls\/pilot_name", "harbour\/calls"\]\]\)/,
    )
    const composed = composeSupergraph([{ name: 'harbour', url: 'terrane:harbour', sdl }])
    expect(composed.problems).toEqual([])
    expect(composed.supergraph).toContain('shipCount')
  })
})

describe('what is wrong is a problem of the product, at its place', () => {
  const problemsOf = async (source: string, file = 'resolvers.ts') => {
    await writeFile(path.join(productFolder, file), source)
    const { product } = await readProduct(productFolder)
    return (await withResolvers(product!)).problems
  }
  const extension = (
    body: string,
  ) => `import { Directive, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql'
import { Governed } from '@terrane/schema'
export default ({ types }) => {
  ${body}
}`

  test.each<[string, string, object]>([
    ['a syntax error', 'export default () => {\n  return [;\n}', { line: 2 }],
    ['a package that is not there', "import x from 'no-such-package'\nexport default () => [x]", {}],
    ['an error at load', 'const x: any = undefined\nx.y\nexport default () => []', { line: 2 }],
    ['an error in the function', extension('return types.Nothing.prototype'), { line: 4 }],
    ['no function', 'export default 7', {}],
  ])('%s', async (_, source, place) => {
    const [problem, ...more] = await problemsOf(source)
    expect(more).toEqual([])
    expect(problem).toMatchObject({ code: 'RESOLVERS_BROKEN', severity: 'error', file: 'resolvers.ts', ...place })
    expect(problem!.message).not.toContain(path.basename(base))
  })

  test.each<[string, string, RegExp]>([
    [
      'a root field',
      'class X { x() {} }\n@Resolver() class R { @Query(() => String, {nullable: true}) secrets() {} }\nreturn [R]',
      /secrets is a root field/,
    ],
    [
      'a field that is there',
      '@Resolver(() => types.Ship) class R { @FieldResolver(() => String, {nullable: true}) tonnage() {} }\nreturn [R]',
      /Ship.tonnage is there already/,
    ],
    [
      'a field of the control port',
      '@Resolver(() => types.HarbourControl) class R { @FieldResolver(() => String, {nullable: true}) x() {} }\nreturn [R]',
      /There is no type HarbourControl to add fields to; there are Harbour, Ship, HarbourCall/,
    ],
    [
      'one that cannot be null',
      '@Resolver(() => types.Ship) class R { @FieldResolver(() => String) x() {} }\nreturn [R]',
      /Ship.x must be nullable/,
    ],
    [
      'one of the root of no dataset',
      '@Resolver(() => types.Harbour) class R { @FieldResolver(() => String, {nullable: true}) x() {} }\nreturn [R]',
      /Harbour.x does not say of which dataset/,
    ],
    [
      'a classification that is none',
      '@Resolver(() => types.Ship) class R { @FieldResolver(() => String, {nullable: true}) @Governed({classification: "public"}) x() {} }\nreturn [R]',
      /Ship.x is classified public/,
    ],
    [
      'rows by another way',
      '@Resolver(() => types.Ship) class R { @FieldResolver(() => [types.HarbourCall], {nullable: true}) x() {} }\nreturn [R]',
      /Ship.x gives one of the product's own types/,
    ],
    [
      'a field without a resolver',
      'Field(() => String, {nullable: true})(types.Ship.prototype, "x")\nreturn []',
      /Ship.x is declared by @Field/,
    ],
    [
      'a type of a common name',
      '@ObjectType("Report") class T { @Field({nullable: true}) x!: string }\nreturn []',
      /The type Report must begin with Harbour/,
    ],
    [
      'an entity',
      '@Directive(\'@key(fields: "x")\') @ObjectType("HarbourReport") class T { @Field(() => String, {nullable: true}) x!: string }\nreturn []',
      /The type HarbourReport may carry no directives/,
    ],
  ])('%s', async (_, body, message) => {
    const problems = await problemsOf(extension(body))
    expect(problems.map(problem => problem.message).join('\n')).toMatch(message)
    expect(problems.every(({ file, severity }) => file === 'resolvers.ts' && severity === 'error')).toBe(true)
    expect(problems[0]!.line).toBeGreaterThanOrEqual(4)
  })

  test('what is decorated outside of the function is in nobody’s graph', async () => {
    const source = `import { FieldResolver, ObjectType, Field, Query, Resolver } from 'type-graphql'
@ObjectType('HarbourLeak') class T { @Field(() => String, {nullable: true}) x: string }
@Resolver() class R { @Query(() => T, {nullable: true}) leak() {} }
export default () => []`
    expect(await problemsOf(source)).toEqual([])
    const { product } = await readProduct(folder)
    expect(productGraph(product!).sdl).not.toMatch(/leak/i)
  })

  test('compiled, the .js counts; a product that does not load is not opened', async () => {
    await writeFile(path.join(productFolder, 'resolvers.ts'), 'this is not it')
    expect(await problemsOf('exports.default = () => []', 'resolvers.js')).toEqual([])
    expect(await readFile(path.join(productFolder, 'resolvers.ts'), 'utf8')).toBe('this is not it')
    await rm(path.join(productFolder, 'resolvers.js'))
    await expect(openHarbour({ productFolder })).rejects.toThrow('RESOLVERS_BROKEN')
  })
})
