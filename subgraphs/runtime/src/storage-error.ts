/**
 * Why a storage cannot be read or written, in words that hold nothing of its settings: OpenDAL tells them with every
 * error (`NotFound (permanent) at stat, context: { … } => entity not found, source: No such file or directory (os error 2)`).
 * Undefined where the error is none of its own.
 */
export function storageReason(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message.split('\n')[0]! : ''
  const kind = /^([A-Z][A-Za-z]{1,30}) \((?:permanent|temporary|persistent)\) at/.exec(message)?.[1]
  if (kind === undefined) return undefined
  const system = /source: ([A-Z][A-Za-z -]{2,60}) \(os error \d+\)$/.exec(message)?.[1]
  return `${REASONS[kind] ?? `the storage answers ${kind}`}${system ? ` (${system})` : ''}`
}

const REASONS: Record<string, string> = {
  AlreadyExists: 'something else is there already',
  ConfigInvalid: 'the settings of the storage are not right',
  IsADirectory: 'it is a folder',
  NotADirectory: 'what should be a folder is none',
  NotFound: 'it is not there',
  PermissionDenied: 'it may not be accessed',
  RateLimited: 'the storage was asked too often',
}
