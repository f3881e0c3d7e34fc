import { autocompletion } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState, type Text } from '@codemirror/state'
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import type { Problem } from '../../api/management'
import styles from './sql.module.css'
import { sqlLook } from './sql-look'

interface Props {
  label: string
  /** What it begins with; another `key` begins anew. */
  initial: string
  tables: readonly string[]
  /** Those in this text: marked where they are. */
  problems: Problem[]
  /** Where the reader wants to be led; a new object leads there again. */
  goTo: Problem | undefined
  readOnly: boolean
  change: (sql: string) => void
  /** What Ctrl+Enter does. */
  run: () => void
}

/** Edits one SELECT. Tab leaves it, as it leaves any field. */
export default function SqlEditor({ label, initial, tables, problems, goTo, readOnly, change, run }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  // The editor lives longer than what it was told at first.
  const told = useRef({ change, run })
  told.current = { change, run }

  const tryNow = () => {
    told.current.run()
    return true
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is made once; what changes is handed to it below.
  useEffect(() => {
    const made = new EditorView({
      parent: place.current!,
      doc: initial,
      extensions: [
        keymap.of([{ key: 'Mod-Enter', run: tryNow }, ...defaultKeymap, ...historyKeymap]),
        history(),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        lintGutter(),
        autocompletion(),
        sqlLook(tables),
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of(
          ({ docChanged, state }) => docChanged && told.current.change(state.doc.toString()),
        ),
      ],
    })
    view.current = made
    return () => made.destroy()
  }, [])

  useEffect(() => {
    const { current: editor } = view
    if (!editor) return
    const marks = problems.map(problem => markOf(editor.state.doc, problem))
    editor.dispatch(setDiagnostics(editor.state, marks))
  }, [problems])

  useEffect(() => {
    const { current: editor } = view
    if (!editor || !goTo) return
    editor.dispatch({ selection: { anchor: markOf(editor.state.doc, goTo).from }, scrollIntoView: true })
    editor.focus()
  }, [goTo])

  return <div ref={place} className={styles.editor} />
}

/** From where the problem is to the end of its word; its whole line where no column is told. */
function markOf(doc: Text, { message, hint, line, column }: Problem): Diagnostic {
  const at = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines))
  const from = column ? Math.min(at.from + column - 1, at.to) : at.from
  const word = column ? (/^[\w.]+/.exec(doc.sliceString(from, at.to))?.[0].length ?? 1) : at.length
  return {
    from,
    to: Math.min(from + word, at.to),
    severity: 'error',
    message: [message, hint].filter(Boolean).join('\n'),
  }
}
