import type { GatewayInterface, GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface'
import type { GraphQLSchema } from 'graphql'
import type { Executor } from '../executor/executor.js'

/** What Apollo Server asks of a gateway, and what tells it of supergraphs. */
export interface ServedGateway extends GatewayInterface {
  /** Set before the server starts, which takes it once. */
  executor: Executor
  load(): ReturnType<GatewayInterface['load']>
  /** Another supergraph comes into force. Throws where it is not taken; then the one before stays. */
  tell(apiSchema: GraphQLSchema, coreSupergraphSdl: string): void
}

/** A schema for each moment, and who answers. */
export class SupergraphGateway implements ServedGateway {
  executor: Executor = () => Promise.reject(new TypeError('The gateway has no executor'))
  private readonly listeners = new Set<GatewaySchemaLoadOrUpdateCallback>()
  private current?: Parameters<GatewaySchemaLoadOrUpdateCallback>[0]

  constructor(private readonly ensureLoaded: () => Promise<void>) {}

  async load(): Promise<{ executor: Executor }> {
    await this.ensureLoaded()
    return { executor: request => this.executor(request) }
  }

  onSchemaLoadOrUpdate(listener: GatewaySchemaLoadOrUpdateCallback): () => void {
    this.listeners.add(listener)
    if (this.current) listener(this.current)
    return () => this.listeners.delete(listener)
  }

  async stop(): Promise<void> {
    this.listeners.clear()
  }

  tell(apiSchema: GraphQLSchema, coreSupergraphSdl: string): void {
    this.current = { apiSchema, coreSupergraphSdl }
    for (const listener of this.listeners) listener(this.current)
  }
}
