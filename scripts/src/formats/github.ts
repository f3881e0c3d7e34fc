import { type Finding, findingsOf } from './finding.js'
import type { Format } from './format.js'

const COMMANDS = {
  error: 'error',
  breaking: 'error',
  warning: 'warning',
  dangerous: 'warning',
  safe: 'notice',
} as const

/** GitHub's workflow commands: findings appear at their lines in a pull request. */
export const github: Format = report => findingsOf(report).map(command).join('')

function command({ code, level, concern, message, hint, product, file, line, column }: Finding): string {
  const title = [product, code, ...(concern ? [concern] : [])].filter(part => part !== undefined).join(' ')
  const properties = Object.entries({ file, line, col: column, title })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${property(String(value))}`)
  return `::${COMMANDS[level]} ${properties.join(',')}::${data(`${message}\n${hint}`)}\n`
}

const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
