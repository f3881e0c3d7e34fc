import type { Contract, Dataset, Product, Property, Relationship, ValueType } from '../../contracts/model.js'

/** Small products for the tests of the graph, told by what differs from the ordinary. */

export function property(name: string, type: ValueType['kind'] | ValueType, more: Partial<Property> = {}): Property {
  return {
    name,
    type: typeof type === 'string' ? typeOf(type) : type,
    required: false,
    unique: false,
    discover: 'visible',
    quality: [],
    options: {},
    physicalName: name,
    place: { file: 'contract.odcs.yaml', line: 1, column: 1 },
    ...more,
  }
}

function typeOf(kind: ValueType['kind']): ValueType {
  if (kind === 'decimal') return { kind, precision: 12, scale: 2 }
  return kind === 'array' ? { kind, items: { kind: 'string' } } : { kind }
}

export function refersTo(entity: string, key: string, field: string, more: Partial<Relationship> = {}) {
  return { relationship: { entity, field, to: { property: key }, reverse: false, ...more } }
}

export function dataset(name: string, properties: Property[], more: Partial<Dataset> = {}): Dataset {
  return {
    name,
    properties,
    primaryKey: [],
    quality: [],
    visibility: 'internal',
    discover: 'visible',
    contract: { id: `urn:${name}`, version: '1.0.0', major: 1, file: `${name}.odcs.yaml` } as Contract,
    place: { file: `${name}.odcs.yaml`, line: 3, column: 5 },
    ...more,
  }
}

export function product(name: string, datasets: Dataset[], more: Partial<Product> = {}): Product {
  return {
    folder: name,
    file: 'product.odps.yaml',
    id: `urn:${name}`,
    name,
    version: '1.0.0',
    major: 1,
    status: 'active',
    domain: 'test',
    tags: [],
    description: {},
    visibility: 'internal',
    support: [],
    inputPorts: [],
    outputPorts: [],
    managementPorts: [],
    datasets,
    models: [],
    runInterval: 2,
    document: {},
    ...more,
  }
}

export const ukSales = product(
  'uk-sales',
  [
    dataset(
      'orders',
      [
        property('order_id', 'string', { required: true, unique: true }),
        property('ordered_at', 'timestamp', { description: 'When it was placed.' }),
        property('amount', 'decimal', { classification: 'public' }),
        property('currency', 'string', { enum: ['GBP', 'EUR'], examples: ['GBP'] }),
        property('customer_name', 'string'),
        property('customer_email', 'string', { classification: 'restricted', scopes: [['email']] }),
        property('country_code', 'string', refersTo('Country', 'code', 'country')),
        property('product_category', 'string', { deprecated: 'Use the catalogue.' }),
        property('quantity', 'integer'),
        property('margin', 'decimal', { classification: 'confidential', discover: 'granted' }),
        property('labels', 'array'),
      ],
      { primaryKey: ['order_id'], description: 'Orders of the United Kingdom, cleaned.' },
    ),
  ],
  { domain: 'europe/uk', description: { purpose: 'What the United Kingdom ordered.' } },
)

export const geography = product(
  'reference-geography',
  [
    dataset(
      'countries',
      [
        property('code', 'string', { required: true }),
        property('name', 'string', { classification: 'public' }),
        property('area', 'double', { classification: 'public' }),
        property('continent_code', 'string', {
          classification: 'public',
          ...refersTo('Continent', 'code', 'continent', { to: { dataset: 'continents', property: 'code' } }),
        }),
        property('notes', 'string'),
      ],
      { primaryKey: ['code'], entity: 'Country', visibility: 'public' },
    ),
    dataset('continents', [property('code', 'string'), property('name', 'string', { classification: 'public' })], {
      primaryKey: ['code'],
      entity: 'Continent',
      visibility: 'public',
    }),
    dataset('exchange_rates', [property('currency', 'string'), property('day', 'date'), property('rate', 'decimal')], {
      primaryKey: ['currency', 'day'],
    }),
  ],
  { domain: 'reference', visibility: 'public' },
)

export const europeSales = product(
  'europe-sales',
  [
    dataset('by_country_and_month', [
      property('country_code', 'string', refersTo('Country', 'code', 'country')),
      property('month', 'date'),
      property('order_count', 'bigint'),
      property('revenue', 'decimal'),
      property('margin', 'decimal', { classification: 'confidential' }),
    ]),
  ],
  { domain: 'europe' },
)
