/** The demo's people. Their one role is their name; what a role may is in the contracts of the products. */
export const PERSONAS = ['visitor', 'analyst', 'uk-manager', 'steward', 'admin'] as const
export type Persona = (typeof PERSONAS)[number]

/** What each is for, in the words of the persona switcher. */
export const DESCRIPTIONS: Record<Persona, string> = {
  visitor: 'sees what is public',
  analyst: 'reads what is internal, neither e-mail nor margin',
  'uk-manager': 'reads all of the United Kingdom and controls its product',
  steward: 'reads everything',
  admin: 'reads and controls everything',
}

/** The persona that is nobody: sees what is public. */
export const VISITOR_PERSONA: Persona = 'visitor'

export function isPersona(name: string): name is Persona {
  return (PERSONAS as readonly string[]).includes(name)
}

/** `product:europe-sales`: a product that pulls from others. */
export const PRODUCT_SUBJECT = /^product:[a-z][a-z0-9-]{0,62}$/

/** The one audience of the embedded provider's access tokens. */
export const DEMO_AUDIENCE = 'terrane'
