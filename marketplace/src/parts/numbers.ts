const grouped = new Intl.NumberFormat('en-GB')

/** `1,234`. */
export const number = (value: number) => grouped.format(value)

/** `1 row`, `1,234 rows`; of words that take an s, others are given. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${grouped.format(value)} ${value === 1 ? one : many}`
}
