/** `${NAME}` or `${NAME:-default}`; `$${` stands for a literal `${`. A default ends at the first `}`. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

export interface Interpolated {
  text: string
  /** A variable or its default was put in: the text may hold what nobody should see. */
  replaced: boolean
  /** The variables' values; a default is none of them, for it stands in the file. */
  values: string[]
  /** Variables that are neither set nor have a default. They are left as written. */
  missing: string[]
}

/** Puts environment variables into a text. An empty variable counts as unset, as in a shell's `:-`. */
export function interpolate(text: string, env: NodeJS.ProcessEnv): Interpolated {
  const missing: string[] = []
  const values: string[] = []
  let replaced = false
  const result = text.replace(REFERENCE, (whole, name?: string, fallback?: string) => {
    if (name === undefined) return '${'
    const value = env[name] || fallback
    if (value === undefined) {
      missing.push(name)
      return whole
    }
    replaced = true
    if (env[name]) values.push(value)
    return value
  })
  return { text: result, replaced, values, missing }
}
