import type { Problem } from '@terrane/schema'
import type { RunJob } from '../pipeline/job.js'

export interface TypingJob extends Pick<RunJob, 'inputFile' | 'inputs' | 'quarantineFolder'> {
  threads: number
  memoryMegabytes: number
  onProgress?: (progress: { step: string; detail?: string; rows?: number }) => void
}

export interface TypingResult {
  /** Of the files that count now, newly typed or not. */
  inputs: { port: string; rows: number; quarantined: number }[]
  /** With an error among them nothing may be published. */
  problems: Problem[]
}

export async function typeInputs(_job: TypingJob): Promise<TypingResult> {
  throw new Error('in progress')
}

/**
 * Statements after `ATTACH '<inputFile>' AS input_store (READ_ONLY)` that let pipeline SQL read `input.<port>`.
 */
export function inputViews(inputs: TypingJob['inputs'], attachedAs = 'input_store'): string[] {
  return [
    'CREATE SCHEMA IF NOT EXISTS input',
    ...inputs.map(
      ({ port }) =>
        `CREATE VIEW input."${port.replaceAll('"', '""')}" AS FROM ${attachedAs}.input."${port.replaceAll('"', '""')}"`,
    ),
  ]
}
