import type { DataProduct } from '@terrane/runtime'
import { inStepsDownstream, upstreamOf } from './product-folders.js'
import type { Terminal } from './terminal.js'
import { count, secondsSince } from './terminal.js'

type Outcome = Awaited<ReturnType<DataProduct['run']>>

/** Longer than this without a result, and the step that is under way is shown. */
const SILENT_MILLISECONDS = 1000

const LONGEST_STEP = 42

function shortened(text: string): string {
  return text.length > LONGEST_STEP ? `${text.slice(0, LONGEST_STEP - 1)}…` : text
}

/**
 * Runs a product and tells of it: what takes longer than a second, then one line with rows and seconds, and one for the
 * rows that were left out; `examples` of them are shown for each port.
 */
export async function runAndTell(
  product: DataProduct,
  trigger: string,
  terminal: Terminal,
  { examples = 0 }: { examples?: number } = {},
): Promise<Outcome> {
  const since = Date.now()
  const { name } = product.product
  let shown = since
  const outcome = await product.run(trigger, (step, detail) => {
    if (Date.now() - shown < SILENT_MILLISECONDS) return
    shown = Date.now()
    terminal.step('going', shortened(`${name}: ${step} ${detail ?? ''}`), secondsSince(since))
  })
  if (outcome.state === 'FAILED') terminal.step('failed', name, await whatServes(product), secondsSince(since))
  else {
    const rows = await publishedRows(product, outcome)
    const what = outcome.state === 'UNCHANGED' ? `${name} (unchanged)` : name
    terminal.step('done', what, count(rows, 'rows'), secondsSince(since))
  }
  await tellQuarantine(product, outcome, terminal, examples)
  terminal.problems(outcome.problems.filter(({ code }) => code !== 'INPUT_QUARANTINED'))
  return outcome
}

/**
 * Each product after those that feed it and once it is `ready`, as many at once as `atMost`. One that fails does not keep
 * the others from running.
 */
export async function runInOrder(
  products: readonly DataProduct[],
  atMost: number,
  act: { ready?: (product: DataProduct) => Promise<unknown>; run: (product: DataProduct) => Promise<unknown> },
): Promise<void> {
  const all = products.map(({ product }) => product)
  const waiting: (() => void)[] = []
  let free = Math.max(1, atMost)
  const inTurn = async (product: DataProduct) => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      await act.run(product)
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
  const done = new Map<string, Promise<void>>()
  for (const level of inStepsDownstream(all)) {
    // Products that feed one another in a circle wait for nobody of their own level.
    const started = level.map(({ name }) => {
      const product = products.find(each => each.product.name === name)!
      const above = upstreamOf(product.product, all).flatMap(each => done.get(each.name) ?? [])
      const begin = Promise.allSettled([...above, act.ready?.(product)])
      return [name, begin.then(() => inTurn(product))] as const
    })
    for (const [name, running] of started) done.set(name, running)
  }
  await Promise.all(done.values())
}

/** Rows of a port that are looked through for those of this run's files. */
const LOOKED_THROUGH = 500

/** The first of the rows that were left out, by line and reason, and where all of them are. */
async function tellQuarantine(
  product: DataProduct,
  { result, problems }: Outcome,
  terminal: Terminal,
  examples: number,
): Promise<void> {
  const files = new Set(problems.flatMap(({ code, file }) => (code === 'INPUT_QUARANTINED' && file ? [file] : [])))
  for (const { port, quarantined } of result?.inputs ?? []) {
    if (quarantined === 0) continue
    terminal.step('warned', `${product.product.name}: ${port}, in quarantine`, count(quarantined, 'rows'))
    if (examples === 0) continue
    const rows = (await product.quarantine(port, LOOKED_THROUGH)).filter(({ file }) => files.has(file))
    for (const { file, line, property, reason } of rows.slice(0, examples))
      terminal.line(`    ${file}:${line} ${property ?? 'the row'} ${reason}`)
    terminal.line(`  all of them: ${product.address}/observability/quarantine/${port}`)
  }
}

/** A run that fails takes nothing away. */
async function whatServes(product: DataProduct): Promise<string> {
  const { publications } = await product.describe()
  const current = publications.find(each => each.current)
  return current ? `not published: publication ${current.number} keeps serving` : 'not published'
}

async function publishedRows(product: DataProduct, { result }: Outcome): Promise<number> {
  if (result) return result.datasets.reduce((sum, dataset) => sum + dataset.rows, 0)
  const { publications } = await product.describe()
  return publications.find(({ current }) => current)?.rowCount ?? 0
}
