const HIDDEN = '***'
const SECRET_KEY =
  /passw(or)?d|passphrase|pwd$|secret|token|credential|connection_?string|private_?key|(access|api|account|auth|encryption|signing|sas|shared|ssh)_?key|^key$|authori[sz]ation|\bdsn\b/i
/** `scheme://user:password@host`, and the same with a user alone. Passwords hold `@` and `/`; a port is none. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@:]*:(?!\d*\/)[^\s]*@|[^/\s]*@)/gi
/** `?token=…`, `;AccountKey=…`: one secret-like parameter in a longer text. */
const PARAMETER = /([?&;#]\s*[\w.-]*(?:passw(?:or)?d|pwd|secret|token|sig|signature|key)[\w.-]*\s*=)[^&;\s]*/gi

/**
 * Does a name say that its value must not be shown? `primaryKey` and its like say nothing of the sort, nor does the
 * `key` of a map's type, which is an object.
 */
export function isSecretName(name: string, ofObject = false): boolean {
  return SECRET_KEY.test(name.split('.').at(-1)!) && !(ofObject && name === 'key')
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
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const secret = isSecretName(name, isObject(inner)) || (secretCustom && name === 'value')
      return [name, secret ? blank(inner) : hide(inner)]
    }),
  )
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Flags and what is empty say nothing; of lists and objects under a secret-like name only the structure stays. */
function blank(value: unknown): unknown {
  if (typeof value === 'boolean' || value === null || value === '') return value
  if (Array.isArray(value)) return value.map(blank)
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, blank(inner)]))
  }
  return HIDDEN
}
