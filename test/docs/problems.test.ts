import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CATALOGUE } from '@terrane/schema'

/** `docs/problems.md` is the catalogue for people. `UPDATE_DOCS=1 npx jest test/docs` writes it anew. */
const FILE = path.resolve(__dirname, '../../docs/problems.md')

function documentation(): string {
  const cell = (text: string) => text.replace(/[|<>]/g, sign => (sign === '|' ? '\\|' : sign === '<' ? '&lt;' : '&gt;'))
  const rows = Object.entries(CATALOGUE)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, entry]) => {
      const warning = 'severity' in entry ? ' (warning)' : ''
      return `| \`${code}\`${warning} | ${cell(entry.message)} | ${cell(entry.hint)} |`
    })
  return `<!-- Generated from schema/src/problems/catalogue.ts; see test/docs. -->

# Problems

Every problem has a code, a sentence that says what is wrong and one that says what to do. In the words below \`{name}\`
stands for what it is about.

| Code | What is wrong | What to do |
|---|---|---|
${rows.join('\n')}
`
}

it('tells every problem of the catalogue', () => {
  if (process.env.UPDATE_DOCS) writeFileSync(FILE, documentation())
  expect(readFileSync(FILE, 'utf8')).toBe(documentation())
})
