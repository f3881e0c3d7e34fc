import { join } from 'node:path'
import { productDatabaseUrl } from '../product-database.js'
import { TypeOrmAuditStore } from './audit/audit-store.js'
import { AuditEntryEntity } from './audit/entities.js'
import { AUDIT_MIGRATIONS } from './audit/migrations.js'
import { METADATA_ENTITIES } from './metadata/entities.js'
import { TypeOrmMetadataStore } from './metadata/metadata-store.js'
import { METADATA_MIGRATIONS } from './metadata/migrations.js'
import { SECURITY_ENTITIES } from './security/entities.js'
import { SECURITY_MIGRATIONS } from './security/migrations.js'
import { TypeOrmSecurityStore } from './security/security-store.js'
import { StoreConnection, type StoreDescription } from './store-connection.js'
import type { Stores } from './stores.js'

export interface OpenStoresOptions {
  /** The product's own folder, `<home>/<product>`. */
  folder: string
  /** The product's slug. */
  product: string
  /** `mysql://…`; without it SQLite files in the folder. */
  databaseUrl?: string
  log?: (event: { level: 'info' | 'warn' | 'error'; message: string; [detail: string]: unknown }) => void
}

export const STORES = {
  metadata: { name: 'metadata', entities: METADATA_ENTITIES, migrations: METADATA_MIGRATIONS },
  security: { name: 'security', entities: SECURITY_ENTITIES, migrations: SECURITY_MIGRATIONS },
  audit: { name: 'audit', entities: [AuditEntryEntity], migrations: AUDIT_MIGRATIONS },
} satisfies Record<string, StoreDescription>

/** Opens the product's three stores and brings their structure up to date. @throws StoreUnavailable */
export async function openStores(options: OpenStoresOptions): Promise<Stores> {
  const connections = Object.values(STORES).map(description => new StoreConnection(description, place(description)))
  function place({ name }: StoreDescription) {
    const { folder, product, databaseUrl } = options
    if (databaseUrl) return { url: productDatabaseUrl(databaseUrl, product) }
    return { file: join(folder, `${name}.sqlite`) }
  }
  const [metadata, security, audit] = connections as [StoreConnection, StoreConnection, StoreConnection]
  const auditStore = new TypeOrmAuditStore(audit, options.log ?? (() => undefined))
  try {
    for (const connection of connections) await connection.read(async () => undefined)
  } catch (error) {
    for (const connection of connections) await connection.close()
    throw error
  }
  return {
    metadata: new TypeOrmMetadataStore(metadata),
    security: new TypeOrmSecurityStore(security),
    audit: auditStore,
    async close() {
      await auditStore.close()
      for (const connection of connections) await connection.close()
    },
  }
}
