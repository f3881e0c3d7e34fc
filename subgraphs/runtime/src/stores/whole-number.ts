import type { ValueTransformer } from 'typeorm'

/** Whole numbers below 2^53 as numbers, whichever of number, string or BigInt the driver gives. */
export const wholeNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (value === null || value === undefined ? value : Number(value)),
}
