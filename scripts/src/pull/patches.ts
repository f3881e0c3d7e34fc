import { createTwoFilesPatch } from 'diff'
import type { WrittenBack } from './written-back.js'

/** What pulling changes in a file, as `git diff` shows it. */
export interface Patched {
  file: string
  of: string[]
  diff: string
}

export function patchesOf({ files }: WrittenBack): Patched[] {
  return [...files].map(([file, { of, before, after }]) => ({ file, of, diff: diff(file, before, after) }))
}

const diff = (file: string, before: string, after: string) =>
  createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, 'in the folder', 'in force')
    .replace(/^=+\n/, '')
    .trimEnd()
