export type { JSONWebKeySet as JsonWebKeySet } from 'jose'
