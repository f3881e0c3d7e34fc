const placeOf = (draft: string) => `terrane.draft.${draft}`

/** SQL that was written and is not in force yet, for as long as this tab of the browser lives. */
export function recall(draft: string): string | undefined {
  try {
    return sessionStorage.getItem(placeOf(draft)) ?? undefined
  } catch {
    return undefined
  }
}

/** Undefined forgets it. */
export function remember(draft: string, sql: string | undefined): void {
  try {
    if (sql === undefined) sessionStorage.removeItem(placeOf(draft))
    else sessionStorage.setItem(placeOf(draft), sql)
  } catch {
    // A browser that keeps nothing: the text is on the page for as long as it is open.
  }
}
