export * from './identity-signer.js'
export * from './identity-verifier.js'
export * from './keys.js'
export * from './signed-identity.js'
