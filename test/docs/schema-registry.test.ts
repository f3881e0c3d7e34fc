import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { RULES } from '@terrane/schema'

/** The table of rules in `docs/schema-registry.md` is made of the rules. `UPDATE_DOCS=1 npx jest test/docs` writes it anew. */
const FILE = path.resolve(__dirname, '../../docs/schema-registry.md')
const MARKS = /<!-- rules -->\n[\s\S]*<!-- \/rules -->/

function table(): string {
  const sections = RULES.flatMap(rule => Object.entries(rule.outcomes)).map(([code, outcome]) => {
    const { level, concern, because, example } = outcome
    const said = concern === 'security' ? `${level}: security` : concern === 'clients' ? `${level} for clients` : level
    const language = example.in === 'schema' ? 'graphql' : 'yaml'
    const shown = (text: string) => text.trim() || '# nothing'
    const states = [`# published\n${shown(example.before)}`, `# now\n${shown(example.after)}`].join('\n')
    return `### \`${code}\`\n\n*${said}*. ${because} In: ${example.in}.\n\n\`\`\`${language}\n${states}\n\`\`\`\n`
  })
  return `<!-- rules -->\n\n${sections.join('\n')}\n<!-- /rules -->`
}

it('tells every rule with its level and example', () => {
  const text = readFileSync(FILE, 'utf8')
  expect(text).toMatch(MARKS)
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      FILE,
      text.replace(MARKS, () => table()),
    )
  expect(MARKS.exec(readFileSync(FILE, 'utf8'))![0]).toBe(table())
})
