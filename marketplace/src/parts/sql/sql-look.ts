import { PostgreSQL, SQLDialect, type SQLNamespace, sql } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** Pipelines are written in DuckDB's SQL, which is PostgreSQL's with words of its own. */
const DUCKDB = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: `${PostgreSQL.spec.keywords} qualify exclude replace pivot unpivot asof anti semi positional sample summarize columns`,
})

/** Colours follow the page's scheme by themselves: they are its variables. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--fresh)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--late)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--ink)' },
])

const frame = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--paper-raised)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '20px' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--paper-sunk)',
    color: 'var(--ink-soft)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--accent-wash) 45%, transparent)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--paper-raised)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    boxShadow: 'var(--float)',
    color: 'var(--ink)',
    maxWidth: '60ch',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-wash)', color: 'var(--ink)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--failed)' },
  '.cm-deletedChunk, .cm-changedLine.cm-deletedLine': { backgroundColor: 'var(--failed-wash)' },
  '.cm-collapsedLines': { background: 'var(--paper-sunk)', color: 'var(--ink-soft)' },
})

/** SQL as it looks everywhere: in the editor and in differences. `tables` are offered while typing. */
export function sqlLook(tables: readonly string[] = []): Extension {
  return [
    sql({ dialect: DUCKDB, schema: namespaceOf(tables) }),
    syntaxHighlighting(colours),
    frame,
    EditorView.lineWrapping,
  ]
}

/** `input.orders` is the table `orders` of `input`. */
function namespaceOf(tables: readonly string[]): SQLNamespace {
  const layers: Record<string, Record<string, string[]>> = {}
  for (const table of tables) {
    const [layer, ...name] = table.split('.')
    if (!layer || name.length === 0) continue
    layers[layer] = { ...layers[layer], [name.join('.')]: [] }
  }
  return layers
}
