/** The demo's identities without a gateway: import it as `@terrane/gateway/authentication`. */
export { clientSecret, clientSecretFor } from './client-secret.js'
export { readIssuer } from './demo-keys.js'
export { issueToken, type TokenRequest } from './issue-token.js'
export { PERSONAS, type Persona } from './personas.js'
