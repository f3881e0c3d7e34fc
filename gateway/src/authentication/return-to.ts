/** A page of this gateway to go back to. Anything that leads elsewhere, or round in a circle, is `/`. */
export function returnToOf(given: unknown, origin: string): string {
  // Browsers take a backslash for a slash, and drop tabs and line breaks.
  if (typeof given !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/.test(given) || given.includes('\\')) return '/'
  if (!URL.canParse(given, origin)) return '/'
  const { origin: of, pathname, search, hash } = new URL(given, origin)
  if (of !== origin || pathname.startsWith('//') || pathname.startsWith('/auth/')) return '/'
  return pathname + search + hash
}
