import '../without-apollo-telemetry.js'
import { ApolloGateway } from '@apollo/gateway'
import type { GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface'
import type { Executor } from '../executor/executor.js'
import type { ServedGateway } from './gateway-interface.js'
import { SILENT, takenByApollo } from './portable.js'

/**
 * `ApolloGateway` itself, for who wants that what is in force was loaded, validated and swapped by Apollo's own code. Its
 * public `executor` is ours, so that operations are decided, planned and run as everywhere. At each swap it reads the
 * supergraph and builds a planner in the serving thread, which nobody is answered meanwhile.
 */
export class ApollosGateway implements ServedGateway {
  executor: Executor = () => Promise.reject(new TypeError('The gateway has no executor'))
  private readonly apollo: ApolloGateway
  private supergraph = ''
  private update: ((supergraph: string) => void) | undefined
  private current: Parameters<GatewaySchemaLoadOrUpdateCallback>[0] | undefined
  private loading: ReturnType<ApolloGateway['load']> | undefined

  constructor(ensureLoaded: () => Promise<void>) {
    this.apollo = new ApolloGateway({
      supergraphSdl: async ({ update }) => {
        await ensureLoaded()
        this.update = update
        return { supergraphSdl: this.supergraph }
      },
      validateSupergraph: true,
      // The executor has data sources of its own.
      buildService: () => ({ process: () => Promise.reject(new TypeError('Nothing is asked here')) }),
      logger: SILENT,
    })
    this.apollo.executor = request => this.executor(request)
    this.apollo.onSchemaLoadOrUpdate(loaded => {
      this.current = loaded
    })
  }

  load(): ReturnType<ApolloGateway['load']> {
    this.loading ??= this.apollo.load()
    return this.loading
  }

  /** Who comes once it is loaded is told as well, which Apollo's does not do. */
  onSchemaLoadOrUpdate(listener: GatewaySchemaLoadOrUpdateCallback): () => void {
    if (this.current) listener(this.current)
    return this.apollo.onSchemaLoadOrUpdate(listener)
  }

  stop(): Promise<void> {
    return this.apollo.stop()
  }

  tell(_: unknown, coreSupergraphSdl: string): void {
    const before = this.supergraph
    this.supergraph = takenByApollo(coreSupergraphSdl)
    try {
      this.update?.(this.supergraph)
    } catch (error) {
      this.supergraph = before
      throw error
    }
  }
}
