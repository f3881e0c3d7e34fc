import { buildSchema, isEnumType, isInputObjectType, isObjectType, parse } from 'graphql'
import { coordinatesOf } from '../coordinates.js'
import { productGraph } from '../product-graph.js'
import { geography, ukSales } from './products.js'

test('every place that names a property is known', () => {
  const { datasets, product } = coordinatesOf(ukSales)
  expect(product).toEqual(['Query.ukSales', 'Mutation.ukSales', 'UkSales', 'UkSalesControl'])
  const { definitions } = parse(productGraph(ukSales).sdl)
  const places = definitions.flatMap(definition => {
    if (!('name' in definition) || !definition.name) return []
    const members = [
      ...('fields' in definition ? (definition.fields ?? []) : []),
      ...('values' in definition ? (definition.values ?? []) : []),
    ]
    return members.map(member => `${definition.name!.value}.${member.name.value}`)
  })
  const naming = places.filter(place => /\.(margin|MARGIN)$/.test(place)).sort()
  expect(naming.length).toBeGreaterThan(8)
  expect([...datasets.orders!.properties.margin!].sort()).toEqual(naming)
  expect(datasets.orders!.properties.country_code).toContain('UkSalesOrder.country')
  expect(datasets.orders!.properties.ordered_at).toContain('UkSalesOrdersDimension.ORDERED_AT_MONTH')
})

test('nothing of a hidden dataset remains: its types, its fields, the ways to it', () => {
  const { self } = coordinatesOf(geography).datasets.continents!
  expect(self).toEqual(
    expect.arrayContaining([
      'ReferenceGeography.continents',
      'ReferenceGeography.continent',
      'Continent',
      'Country.continent',
    ]),
  )
  expect(coordinatesOf(geography).datasets.countries!.self).toContain('Continent.countries')
})

test('they are coordinates of the graph', () => {
  const { sdl } = productGraph(ukSales)
  const schema = buildSchema(sdl.replace(/^extend schema.*$/m, ''), { assumeValidSDL: true })
  const { product, datasets } = coordinatesOf(ukSales)
  const all = [
    ...product,
    ...Object.values(datasets).flatMap(each => [...each.self, ...Object.values(each.properties).flat()]),
  ]
  for (const coordinate of all) {
    const [typeName, member] = coordinate.split('.') as [string, string?]
    const type = schema.getType(typeName)
    expect(type).toBeDefined()
    if (member === undefined) continue
    if (isEnumType(type)) expect(type.getValue(member)).toBeDefined()
    else if (isObjectType(type) || isInputObjectType(type)) expect(type.getFields()[member]).toBeDefined()
  }
})
