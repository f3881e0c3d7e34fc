import type { DecisionPoint } from '../authorisation/decision-point.js'
import { discoverable } from '../catalogue/mesh-subgraph.js'
import type { Part } from '../plugins/part.js'
import type { Products } from '../supergraph/products.js'
import type { ProductSummary } from '../supergraph/read-product.js'

const FORMATS = ['csv', 'json', 'ndjson', 'parquet'] as const
const MEDIA_TYPES: Record<(typeof FORMATS)[number], string> = {
  csv: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

/** `/.well-known/data-mesh`: every product and dataset that the caller may know of, with addresses. For crawlers. */
export function useDataMesh(options: { products: Products; decisionPoint: DecisionPoint }): Part {
  return {
    http(app) {
      app.get('/.well-known/data-mesh', { config: { authenticate: 'problem' } }, async (request, reply) => {
        const { decisions } = await options.decisionPoint.decide(request.caller)
        const products = discoverable(options.products.all(), { decisions })
        reply.header('vary', 'accept, authorization')
        if (request.headers.accept?.includes('application/ld+json'))
          return reply.type('application/ld+json').send(JSON.stringify(dcat(products)))
        return { products: products.map(entry) }
      })
    },
  }
}

function entry({ name, title, domain, version, address, owner, description, tags, datasets }: ProductSummary) {
  return {
    name,
    title,
    domain,
    version,
    major: majorOf(version),
    address,
    owner,
    description,
    tags,
    datasets: datasets.map(dataset => ({
      name: dataset.name,
      address: dataset.address,
      description: dataset.description,
      contractId: dataset.contract,
      contractMajor: majorOf(dataset.version),
      formats: FORMATS,
    })),
  }
}

/** W3C Data Catalog Vocabulary, version 3. */
function dcat(products: ProductSummary[]) {
  return {
    '@context': { dcat: 'http://www.w3.org/ns/dcat#', dct: 'http://purl.org/dc/terms/' },
    '@type': 'dcat:Catalog',
    'dcat:dataset': products.flatMap(product =>
      product.datasets.map(dataset => ({
        '@id': dataset.address,
        '@type': 'dcat:Dataset',
        'dct:identifier': `${product.name}/${dataset.name}`,
        'dct:title': dataset.name,
        'dct:description': dataset.description ?? product.description?.purpose,
        'dct:publisher': product.owner.name,
        'dcat:version': dataset.version,
        'dcat:keyword': product.tags,
        'dcat:landingPage': { '@id': product.address },
        'dcat:distribution': FORMATS.map(format => ({
          '@type': 'dcat:Distribution',
          'dcat:downloadURL': { '@id': `${dataset.address}.${format}` },
          'dcat:mediaType': MEDIA_TYPES[format],
        })),
      })),
    ),
  }
}

const majorOf = (version: string) => Number(/^v?(\d+)/.exec(version)?.[1] ?? 0)
