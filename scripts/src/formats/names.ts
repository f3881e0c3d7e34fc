/** What a report can be written as; `format.ts` has the writers. */
export const FORMAT_NAMES = ['text', 'json', 'junit', 'sarif', 'github'] as const
export type FormatName = (typeof FORMAT_NAMES)[number]
