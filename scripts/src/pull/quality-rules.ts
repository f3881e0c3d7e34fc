import { type Dataset, type QualityRule, readContract } from '@terrane/schema/contracts'
import { isMap, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml'

/** As ODCS writes it. */
function written({ id, metric, arguments: given, unit, comparison, severity, dimension, description }: QualityRule) {
  const { op } = comparison
  const operand = 'value' in comparison ? comparison.value : [comparison.from, comparison.to]
  return {
    id,
    metric,
    type: 'library',
    ...(Object.keys(given).length > 0 ? { arguments: given } : {}),
    [op]: operand,
    ...(unit === 'percent' ? { unit } : {}),
    ...(dimension === undefined ? {} : { dimension }),
    ...(description === undefined ? {} : { description }),
    severity,
  }
}

export const rulesWritten = (rules: readonly QualityRule[]) => stringify(rules.map(written), { lineWidth: 0 })

/**
 * The contract's text with other rules on a dataset, everything else letter by letter as it was: comments, order, and the
 * rules that stay. Undefined where that does not come out as just these rules.
 */
export function withRules(
  text: string,
  file: string,
  dataset: Dataset,
  rules: readonly QualityRule[],
): string | undefined {
  const object = objectOf(text, dataset.name)
  const after = object && (spliced(text, object, dataset, rules) ?? reprinted(text, dataset, rules))
  if (after === undefined) return undefined
  const { contract, problems } = readContract(after, file, process.env)
  const read = contract?.datasets.find(one => one.name === dataset.name)?.quality
  const sound = !problems.some(({ severity }) => severity === 'error')
  return sound && JSON.stringify(read) === JSON.stringify(rules) ? after : undefined
}

function objectOf(text: string, name: string): YAMLMap | undefined {
  return objectIn(parseDocument(text), name)
}

function objectIn(document: ReturnType<typeof parseDocument>, name: string): YAMLMap | undefined {
  const schema = document.get('schema')
  if (!isSeq(schema)) return undefined
  return schema.items.filter(isMap).find(item => item.get('name') === name)
}

/** In block style only the lines of the rules that change are touched. */
function spliced(text: string, object: YAMLMap, dataset: Dataset, rules: readonly QualityRule[]): string | undefined {
  if (object.flow) return undefined
  const pair = object.items.find(({ key }) => String(key) === 'quality')
  const first = object.items[0]?.key as { range?: [number, number, number] } | undefined
  if (!first?.range) return undefined
  const margin = ' '.repeat(first.range[0] - startOfLine(text, first.range[0]))
  const fresh = (rule: QualityRule, indent: string) => `${indent}- ${stringify(written(rule), FLOW).trim()}\n`
  if (!pair) {
    const name = object.items.find(({ key }) => String(key) === 'name')?.value as { range?: [number, number, number] }
    if (!name.range) return undefined
    const at = endOfLine(text, name.range[1])
    const lines = rules.map(rule => fresh(rule, `${margin}  `)).join('')
    const head = text.slice(0, at)
    return `${head}${head.endsWith('\n') ? '' : '\n'}${margin}quality:\n${lines}${text.slice(at)}`
  }
  const quality = pair.value
  if (!isSeq(quality) || quality.flow || quality.items.length === 0) return undefined
  return text.slice(0, startOfRules(text, pair.key)) + lines(text, quality, pair.key, dataset, rules, fresh)
}

const FLOW = { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true } as const

function lines(
  text: string,
  quality: YAMLSeq,
  key: unknown,
  { quality: before }: Dataset,
  rules: readonly QualityRule[],
  fresh: (rule: QualityRule, indent: string) => string,
): string | undefined {
  let at = startOfRules(text, key)
  let next = 0
  const left = [...rules]
  const out: string[] = []
  let indent = ''
  for (const item of quality.items) {
    const [from, to] = (item as { range: [number, number, number] }).range
    const end = endOfLine(text, to)
    const line = text.slice(at, end)
    indent ||= /^[ ]*(?=- )/m.exec(text.slice(startOfLine(text, from), from))?.[0] ?? ''
    const head = text.slice(at, startOfLine(text, from))
    at = end
    if (!isRule(item)) out.push(line)
    else {
      const was = before[next++]!
      const stays = left.findIndex(({ id }) => id === was.id)
      if (stays < 0) continue
      const [now] = left.splice(stays, 1)
      out.push(JSON.stringify(now) === JSON.stringify(was) ? line : head + fresh(now!, indent))
    }
  }
  const kept = out.join('')
  const more = left.map(rule => fresh(rule, indent)).join('')
  return `${kept}${more && kept && !kept.endsWith('\n') ? '\n' : ''}${more}${text.slice(at)}`
}

/** As the contract's reading takes it: what is of type `text`, `sql` or `custom` is documentation. */
const isRule = (item: unknown): boolean =>
  isMap(item) && (item.has('metric') || (item.has('rule') && (item.get('type') ?? 'library') === 'library'))

/** JSON, or YAML in braces: printed again, comments kept. */
function reprinted(text: string, dataset: Dataset, rules: readonly QualityRule[]): string | undefined {
  const document = parseDocument(text)
  const object = objectIn(document, dataset.name)
  const quality = object?.get('quality')
  const others = isSeq(quality) ? quality.items.filter(item => !isRule(item)) : []
  if (!object) return undefined
  const made = document.createNode([...rules.map(written), ...others], { flow: object.flow === true })
  object.set('quality', made)
  return document.toString({ lineWidth: 0 })
}

const startOfLine = (text: string, at: number) => text.lastIndexOf('\n', at - 1) + 1
function endOfLine(text: string, at: number): number {
  if (text[at - 1] === '\n') return at
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}
const startOfRules = (text: string, key: unknown) =>
  endOfLine(text, (key as { range: [number, number, number] }).range[1])
