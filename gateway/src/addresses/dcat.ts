import { OPENAPI_PATH } from '@terrane/schema/openapi'
import { type Access, type CatalogueEntry, FORMATS } from './catalogue-entries.js'

const MEDIA_TYPES: Record<(typeof FORMATS)[number], string> = {
  csv: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

/** The authority table that DCAT-AP takes its access rights from. */
const ACCESS_RIGHTS: Record<Access, string> = {
  public: 'PUBLIC',
  restricted: 'RESTRICTED',
  hidden: 'NON_PUBLIC',
}

/** Written into the document: nobody has to fetch it. `@id` types say which texts are addresses. */
const CONTEXT = {
  '@version': 1.1,
  dcat: 'http://www.w3.org/ns/dcat#',
  dcterms: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  odrl: 'http://www.w3.org/ns/odrl/2/',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  'dcterms:modified': { '@type': 'xsd:dateTime' },
  ...Object.fromEntries(
    [
      ...['dcterms:accessRights', 'dcterms:conformsTo', 'foaf:homepage', 'odrl:action', 'odrl:target'],
      ...['odrl:consentedParty', 'dcat:mediaType', 'dcat:accessURL', 'dcat:downloadURL', 'dcat:accessService'],
      ...['dcat:landingPage', 'dcat:endpointURL', 'dcat:endpointDescription', 'dcat:servesDataset'],
    ].map(term => [term, { '@type': '@id' }]),
  ),
}

/**
 * The catalogue in the W3C's Data Catalog Vocabulary, version 3, as JSON-LD. `base` is where the caller reached the mesh.
 * Files carry no checksum: each caller is handed their own, without what they may not see; their `etag` serves instead.
 */
export function dcat(entries: CatalogueEntry[], base: string): object {
  const graph = `${base}/graphql`
  return {
    '@context': CONTEXT,
    '@id': `${base}/.well-known/data-mesh`,
    '@type': 'dcat:Catalog',
    'dcterms:title': text('Data mesh'),
    'dcterms:description': text('The data products that you may know of.'),
    'dcterms:publisher': { '@id': `${base}/#mesh`, '@type': 'foaf:Agent', 'foaf:name': 'The data mesh' },
    'foaf:homepage': `${base}/`,
    'dcat:service': [
      {
        '@id': graph,
        '@type': 'dcat:DataService',
        'dcterms:title': text('GraphQL'),
        'dcterms:description': text('All products in one federated graph.'),
        'dcterms:conformsTo': 'https://spec.graphql.org/October2021/',
        'dcat:endpointURL': graph,
        'dcat:servesDataset': entries.flatMap(({ datasets }) => datasets.map(({ address }) => base + address)),
      },
      ...entries.map(entry => service(entry, base)),
    ],
    'dcat:dataset': entries.flatMap(entry => entry.datasets.map(one => dataset(entry, one, base))),
  }
}

function service(entry: CatalogueEntry, base: string) {
  const { name, title, description, address, datasets, version } = entry
  return {
    '@id': `${base}${address}#service`,
    '@type': 'dcat:DataService',
    'dcterms:identifier': name,
    'dcterms:title': text(title ?? name),
    ...(description?.purpose ? { 'dcterms:description': text(description.purpose) } : {}),
    'dcterms:publisher': publisher(entry, base),
    'dcterms:conformsTo': 'https://spec.openapis.org/oas/v3.1.1',
    'dcat:endpointURL': base + address,
    'dcat:endpointDescription': base + OPENAPI_PATH,
    'dcat:landingPage': base + address,
    'dcat:servesDataset': datasets.map(one => base + one.address),
    'dcat:version': version,
  }
}

function dataset(entry: CatalogueEntry, one: CatalogueEntry['datasets'][number], base: string) {
  const { name, address, domain, owner, tags, publishedAt, description } = entry
  const id = base + one.address
  const about = one.description ?? description?.purpose
  return {
    '@id': id,
    '@type': 'dcat:Dataset',
    'dcterms:identifier': `${name}/${one.name}`,
    'dcterms:title': text(one.name),
    ...(about ? { 'dcterms:description': text(about) } : {}),
    'dcterms:publisher': publisher(entry, base),
    ...(owner.name
      ? {
          'dcat:contactPoint': {
            '@type': 'vcard:Organization',
            'vcard:fn': owner.name,
            'vcard:hasURL': { '@id': base + address },
          },
        }
      : {}),
    ...(publishedAt ? { 'dcterms:modified': publishedAt } : {}),
    'dcterms:accessRights': `http://publications.europa.eu/resource/authority/access-right/${ACCESS_RIGHTS[one.access]}`,
    'odrl:hasPolicy': offer(entry, one, base),
    'dcterms:conformsTo': `${id}/contract.yaml`,
    'dcat:theme': { '@id': `urn:terrane:domain:${domain}`, '@type': 'skos:Concept', 'skos:prefLabel': text(domain) },
    'dcat:keyword': tags.map(text),
    'dcat:landingPage': base + address,
    'dcat:version': one.version,
    'dcat:distribution': FORMATS.map(format => ({
      '@id': `${id}.${format}`,
      '@type': 'dcat:Distribution',
      'dcterms:title': text(`${one.name} as ${format}`),
      'dcat:accessURL': id,
      'dcat:downloadURL': `${id}.${format}`,
      'dcat:mediaType': `https://www.iana.org/assignments/media-types/${MEDIA_TYPES[format]}`,
      'dcat:accessService': `${base}${address}#service`,
    })),
  }
}

/** Everybody may read what is public; for the rest its owner is asked (ODRL 2.2, `obtainConsent`). */
function offer(entry: CatalogueEntry, { address, access }: CatalogueEntry['datasets'][number], base: string) {
  const consent = {
    '@type': 'odrl:Duty',
    'odrl:action': 'odrl:obtainConsent',
    'odrl:consentedParty': publisher(entry, base)['@id'],
  }
  return {
    '@type': 'odrl:Offer',
    'odrl:permission': {
      '@type': 'odrl:Permission',
      'odrl:target': base + address,
      'odrl:action': 'odrl:read',
      ...(access === 'public' ? {} : { 'odrl:duty': consent }),
    },
  }
}

const publisher = ({ name, owner, address }: CatalogueEntry, base: string) => ({
  '@id': `${base}${address}#owner`,
  '@type': ['foaf:Agent', 'odrl:Party'],
  'foaf:name': owner.name ?? name,
})

const text = (value: string) => ({ '@value': value, '@language': 'en' })
