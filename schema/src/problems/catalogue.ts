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
} as const satisfies Record<string, { message: string; hint: string; severity?: 'warning' }>
