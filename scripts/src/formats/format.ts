import type { CheckReport } from '../checks/run-checks.js'
import type { Fails } from './finding.js'
import { github } from './github.js'
import { json } from './json.js'
import { junit } from './junit.js'
import type { FormatName } from './names.js'
import { sarif } from './sarif.js'
import { text } from './text.js'

/** The whole report as one text. Documented in docs/schema-registry.md and stable. */
export type Format = (report: CheckReport, fails: Fails) => string

export const FORMATS: Record<FormatName, Format> = {
  text,
  json,
  junit,
  sarif,
  github,
}
