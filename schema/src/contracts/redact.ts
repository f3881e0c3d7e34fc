const HIDDEN = '***'
const SECRET_KEY =
  /passw(or)?d|passphrase|pwd$|secret|token|credential|connection_?string|private_?key|(access|api|account|auth|encryption|signing|sas|shared|ssh)_?key|^key$|authori[sz]ation|\bdsn\b/i
/** `scheme://user:password@host`, and the same with a user alone. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^/\s@]*@/gi
/** `?token=…`, `;AccountKey=…`: one secret-like parameter in a longer text. */
const PARAMETER = /([?&;]\s*[\w.-]*(?:passw(?:or)?d|pwd|secret|token|sig|signature|key)[\w.-]*\s*=)[^&;\s]*/gi

/** Does a name say that its value must not be shown? `primaryKey` and its like say nothing of the sort. */
export function isSecretName(name: string): boolean {
  return SECRET_KEY.test(name.split('.').at(-1)!)
}

/** Takes credentials out of a text that is otherwise fit to be shown. */
export function redactText(text: string): string {
  return text.replace(CREDENTIALS, `$1${HIDDEN}@`).replace(PARAMETER, `$1${HIDDEN}`)
}

/**
 * A copy fit to be shown: what stands under a secret-like name, in a custom property of such a name, or as credentials
 * in a URL becomes `***`. Names, structure and order stay.
 */
export function redact<T>(document: T): T {
  return hide(document) as T
}

function hide(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map(hide)
  if (typeof value !== 'object' || value === null) return value
  const secretCustom = 'property' in value && typeof value.property === 'string' && isSecretName(value.property)
  const copy: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    const secret = (isSecretName(name) && !isPlainStructure(name, inner)) || (secretCustom && name === 'value')
    copy[name] = secret && inner !== null && inner !== '' ? HIDDEN : hide(inner)
  }
  return copy
}

/** `true`, `false` and what has structure under a secret-like name says nothing secret by itself: look inside instead. */
function isPlainStructure(_name: string, value: unknown): boolean {
  return typeof value === 'boolean'
}
