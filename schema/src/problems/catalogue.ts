/**
 * Every mistake a user can make, once: code → what is wrong, what to do. `{name}` is filled in where it is reported.
 * The documentation of problems is generated from here. Sections are in the order of the way of the data.
 */
export const CATALOGUE = {
  // Contracts and descriptors
  DOCUMENT_UNREADABLE: {
    message: 'The file is not readable as {format}: {reason}.',
    hint: 'Correct the syntax at this place.',
  },

  // Graph

  // Input ports

  // Pipeline

  // Output layer

  // Authorisation
  CONDITION_MALFORMED: {
    message: 'The row filter of {dataset} is not a condition.',
    hint: 'Write {property: {eq: value}}, or lists of conditions under and, or; one condition under not.',
  },
  CONDITION_UNKNOWN_PROPERTY: {
    message: 'The row filter of {dataset} names {property}, which the contract does not have.',
    hint: 'Use the names of the contract\'s properties.',
  },
  CONDITION_MALFORMED_OPERAND: {
    message: 'The row filter of {dataset} compares {property} by {op} with something that does not fit.',
    hint: 'Expected {expected}.',
  },
  MASK_MALFORMED: {
    message: 'The mask of {property} is none that Terrane knows.',
    hint: 'Use null, hash, {kind: first, length: 1} or {kind: fixed, value: "***"}.',
  },
} as const satisfies Record<string, { message: string; hint: string; severity?: 'warning' }>
