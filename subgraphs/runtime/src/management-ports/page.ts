import type { DataProductInfo, DatasetInfo } from '@terrane/schema'
import { html, raw } from 'hono/html'

type Html = ReturnType<typeof html>

/** The product's address for people: what it is, whether to trust it, its fields and how to get them. No script, no other host. */
export async function productPage(product: DataProductInfo): Promise<string> {
  const trust = [
    product.freshness === 'FRESH' ? 'fresh' : product.freshness === 'LATE' ? 'late' : 'freshness not promised',
    `${product.quality.passed} of ${product.quality.passed + product.quality.failed} quality rules passed`,
    product.publishedAt ? `published ${product.publishedAt.slice(0, 16).replace('T', ' ')} UTC` : 'not published yet',
  ]
  return String(
    await html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${product.title ?? product.name} · Terrane</title>
<style>${raw(STYLE)}</style>
<main>
<p class="path">${product.domain}</p>
<h1>${product.title ?? product.name} <small>${product.version} · ${product.status}</small></h1>
<p>${product.description?.purpose ?? ''}</p>
<p class="state ${product.freshness.toLowerCase()}">${trust.join(' · ')}</p>
<dl>
<dt>Owner</dt><dd>${product.owner.name ?? 'not said'}${product.support.map(one => html` · ${one.url ? html`<a href="${safeUrl(one.url)}">${one.channel}</a>` : one.channel}`)}</dd>
<dt>Address</dt><dd><code>${product.address}</code></dd>
<dt>Descriptor</dt><dd><a href="${product.address}/product.odps.yaml">product.odps.yaml</a></dd>
</dl>
${product.datasets.map(datasetSection)}
<h2>Pipeline</h2>
${product.lineage.length === 0 ? html`<p>Nothing has run yet.</p>` : html`<ul>${product.lineage.map(edge => html`<li><code>${edge.from}</code> → <code>${edge.to}</code></li>`)}</ul>`}
</main>
</html>`,
  )
}

function datasetSection(dataset: DatasetInfo): Html {
  const readable = dataset.fields.filter(field => field.readable).length
  const rest = dataset.fields.length - readable
  const access =
    rest === 0
      ? `You can read all ${readable} fields.`
      : `You can read ${readable} of ${dataset.fields.length} fields. Ask the owner for the other ${rest === 1 ? 'one' : rest}.`
  return html`<section>
<h2><code>${dataset.name}</code> ${dataset.rowCount === undefined ? '' : html`<small>${dataset.rowCount.toLocaleString('en-GB')} rows</small>`}</h2>
<p>${dataset.description ?? ''}</p>
<p>${access}</p>
<p>${readable === 0 ? '' : ['csv', 'json', 'ndjson', 'parquet'].map(format => html`<a href="${dataset.address}.${format}">${format}</a> `)}<a href="${dataset.address}/contract.yaml">contract</a></p>
<div class="wide"><table class="fields">
<thead><tr><th>Field</th><th>Access</th><th>Type</th><th>Classification</th><th>Meaning</th></tr></thead>
<tbody>${dataset.fields.map(
    field =>
      html`<tr><td><code>${field.name}</code>${field.key ? ' · key' : ''}</td><td>${field.readable ? 'you can read it' : html`<span class="locked">needs <code>${field.requiredGrant ?? ''}</code></span>`}</td><td>${field.type}</td><td>${field.classification ?? 'not classified'}</td><td>${field.description ?? ''}</td></tr>`,
  )}</tbody>
</table></div>
${sample(dataset)}
</section>`
}

/** The rows that discovery shows this caller, masked as they read them. */
function sample({ sample: rows }: DatasetInfo): Html {
  if (rows.length === 0) return html``
  const names = Object.keys(rows[0]!)
  const shown = (value: unknown) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? '–')
  return html`<details><summary>${rows.length} rows as a sample</summary>
<div class="wide"><table>
<thead><tr>${names.map(name => html`<th><code>${name}</code></th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${names.map(name => html`<td>${shown(row[name])}</td>`)}</tr>`)}</tbody>
</table></div></details>`
}

/** Contracts come from many hands: only addresses a browser may follow. */
const safeUrl = (url: string) => (/^(https?:|mailto:|\/)/i.test(url) ? url : '#')

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fbfaf7; --line: #d9d5cc; --accent: #0f6e6e; --locked: #5b6475; --fresh: #2f7d4f; --late: #8f5b12 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --paper: #14181f; --line: #39404c; --accent: #5fb8b8; --locked: #a3abba; --fresh: #6fbf8f; --late: #e0a94f } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 960px; margin: 0 auto; padding: 32px 16px }
h1 { font-size: 24px; margin: 0 } h2 { font-size: 18px; margin: 32px 0 4px } small { font-size: 13px; font-weight: 400 }
code { font-family: ui-monospace, monospace; font-size: 13px } h2 code { font-size: 18px } a, summary { color: var(--accent) } details { margin: 12px 0 } summary { cursor: pointer }
p { margin: 8px 0 } .path, .locked { color: var(--locked) } .fresh { color: var(--fresh) } .late { color: var(--late) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 16px 0 } dd { margin: 0 }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: 13px }
table { font-variant-numeric: tabular-nums } .fields { table-layout: fixed; min-width: 680px } .fields td { overflow-wrap: anywhere } th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top }
`
