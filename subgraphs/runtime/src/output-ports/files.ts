import { Readable } from 'node:stream'
import {
  type Dataset,
  type DatasetDecision,
  OMITTED_HEADER,
  type Product,
  PUBLICATION_HEADER,
  parseAddress,
} from '@terrane/schema'
import type { ExportFormat } from '../output-layer/store.js'
import type { Admitted } from './admission.js'
import { MEDIA_TYPES, preferredFormat } from './formats.js'
import type { OutputPort } from './port.js'
import { notFound, problemResponse, refusalResponse } from './problem-response.js'
import { isPublicationNumber, Reading, type ReadingParts, readable, wantedIn } from './reading.js'
import { badInput, Refusal } from './refusal.js'

/** Downloads of whole datasets: `<address>/<dataset>/<major>[.csv|.json|.ndjson|.parquet][?asOf=<publication>]`. */
export function openFilesPort(product: Product, parts: ReadingParts): OutputPort {
  return {
    name: 'files',
    async fetch(request, admitted) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return problemResponse(405, 'Downloads are read with GET.', {}, { allow: 'GET, HEAD' })
      }
      const asked = parse(product, new URL(request.url), request.headers.get('accept'))
      const decision = asked && discovered(admitted, asked.dataset)
      if (!decision) return notFound()
      if (!asked.format) return problemResponse(406, `Datasets come as ${Object.keys(MEDIA_TYPES).join(', ')}.`)
      try {
        return await download(request, admitted, parts, { ...asked, format: asked.format, decision })
      } catch (error) {
        if (error instanceof Refusal) return refusalResponse(error)
        throw error
      }
    },
    close: async () => {},
  }
}

interface Download {
  dataset: Dataset
  decision: DatasetDecision
  format: ExportFormat
  asOf?: string
}

async function download(
  request: Request,
  admitted: Admitted,
  parts: ReadingParts,
  { dataset, decision, format, asOf }: Download,
): Promise<Response> {
  if (asOf !== undefined && !isPublicationNumber(asOf)) {
    throw badInput('The parameter asOf is the number of a publication.')
  }
  const wanted = asOf === undefined ? wantedIn(name => request.headers.get(name)) : { number: asOf }
  const reading = await Reading.open(admitted, parts, 'files', wanted, request.signal)
  let streaming = false
  try {
    reading.may(dataset.name)
    const names = dataset.properties.map(property => property.name)
    const properties = names.filter(name => readable(decision, name))
    if (properties.length === 0) throw reading.refuse(dataset.name, `${parts.product}/${dataset.name}`)
    const omitted = names.filter(name => !properties.includes(name) && decision.properties[name]?.discover)
    const pin = await reading.pin()
    const headers = {
      'content-type': MEDIA_TYPES[format],
      'content-disposition': `${format === 'json' ? 'inline' : 'attachment'}; filename="${parts.product}-${dataset.name}.${format}"`,
      etag: `"${pin.manifest.id}-${admitted.decision.fingerprint.slice(0, 16)}-${format}"`,
      'cache-control': 'private, no-cache',
      vary: 'accept, terrane-identity, terrane-publication, terrane-publication-id',
      'x-content-type-options': 'nosniff',
      [PUBLICATION_HEADER]: String(pin.number),
      ...(omitted.length > 0 ? { [OMITTED_HEADER]: omitted.join(', ') } : {}),
    }
    if (matches(request.headers.get('if-none-match'), headers.etag)) {
      return new Response(null, { status: 304, headers })
    }
    if (request.method === 'HEAD') return new Response(null, { headers })
    const bytes = await pin.columns.export(dataset, format, properties, decision)
    const rows = decision.rows ? undefined : pin.manifest.datasets.find(each => each.dataset === dataset.name)?.rows
    reading.note(dataset.name, properties, rows, pin.number)
    streaming = true
    // Emitted at the end, after an error and when the client goes away alike.
    bytes.once('close', () => void reading.close())
    return new Response(Readable.toWeb(bytes) as unknown as BodyInit, { headers })
  } finally {
    if (!streaming) await reading.close()
  }
}

function parse(product: Product, url: URL, accept: string | null) {
  const [name, file, ...more] = parseAddress(url.pathname)?.rest ?? []
  const found = /^(\d+)(?:\.(\w+))?$/.exec(file ?? '')
  const dataset = product.datasets.find(each => each.name === name)
  if (!found || !dataset || more.length > 0 || Number(found[1]) !== dataset.contract.major) return undefined
  const extension = found[2]
  if (extension !== undefined && !Object.hasOwn(MEDIA_TYPES, extension)) return undefined
  const asOf = url.searchParams.get('asOf')
  const format = extension === undefined ? preferredFormat(accept) : (extension as ExportFormat)
  return { dataset, ...(format ? { format } : {}), ...(asOf === null ? {} : { asOf }) }
}

function discovered({ decision }: Admitted, dataset: Dataset): DatasetDecision | undefined {
  const decided = decision.datasets[dataset.name]
  return decision.discover && decided?.discover ? decided : undefined
}

/** If-None-Match as RFC 9110 §13.1.2 has it: a list, compared weakly. */
function matches(header: string | null, etag: string): boolean {
  return header?.split(',').some(each => [etag, '*'].includes(each.trim().replace(/^W\//, ''))) ?? false
}
