import { type ExtensionContext, Governed, type ProductExtension } from '@terrane/schema'
import { GraphQLInt } from 'graphql'
import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql'

/** What the harbour's people ask for and no table holds. */
const extension: ProductExtension = ({ types }) => {
  @ObjectType('HarbourBerthing')
  class Berthing {
    @Field(() => GraphQLInt, { nullable: true })
    calls!: number
    @Field(() => String, { nullable: true })
    ship!: string
  }

  @Resolver(() => Berthing)
  class BerthingExtras {
    /** Its context is the same narrow one. */
    @FieldResolver(() => [String], { nullable: true })
    reach(@Ctx() context: object): string[] {
      return Object.keys(context).sort()
    }
  }

  @Resolver(() => types.Ship!)
  class ShipExtras {
    @FieldResolver(() => String, { nullable: true, description: 'As it is painted on the bow.' })
    @Governed({ classification: 'internal', needs: ['name', 'flag'] })
    bow(@Root() { name, flag }: { name: string; flag: string | null }): string {
      return `${name.toUpperCase()} (${flag ?? '—'})`
    }

    /** Says nothing of who may read it. */
    @FieldResolver(() => String, { nullable: true })
    rumour(): string {
      return 'a rumour'
    }

    @FieldResolver(() => Berthing, { nullable: true })
    @Governed({ classification: 'internal' })
    async berthing(@Root() { shipId }: { shipId: string }, @Ctx() { rows }: ExtensionContext): Promise<object> {
      const calls = await rows('calls', { where: { ship_id: { eq: shipId } }, properties: ['call_id'], first: 1000 })
      return { calls: calls.length, ship: shipId }
    }
  }

  @Resolver(() => types.HarbourCall!)
  class CallExtras {
    @FieldResolver(() => String, { nullable: true })
    @Governed({ like: 'pilot_name', needs: ['pilot_name'] })
    pilotGreeting(@Root() { pilotName }: { pilotName: string }): string {
      return `Ahoy ${pilotName}`
    }

    /** Reads more than its caller may. */
    @FieldResolver(() => String, { nullable: true })
    @Governed({ classification: 'internal', needs: ['profit'] })
    async gossip(@Root() { callId, profit }: { callId: string; profit?: string }, @Ctx() { row }: ExtensionContext) {
      if (profit !== undefined) return `it made ${profit}`
      return (await row('calls', [Number(callId)], ['profit']))?.profit
    }
  }

  @Resolver(() => types.Harbour!)
  class HarbourExtras {
    @FieldResolver(() => [String], { nullable: true })
    @Governed({ dataset: 'ships', classification: 'internal' })
    async shipsOf(@Arg('flag', () => String) flag: string, @Ctx() { rows }: ExtensionContext) {
      const orderBy = [{ property: 'ship_id', direction: 'ASC' as const }]
      return (await rows('ships', { where: { flag: { eq: flag } }, orderBy, first: 3 })).map(({ name }) => name)
    }

    @FieldResolver(() => GraphQLInt, { nullable: true })
    @Governed({ dataset: 'ships', classification: 'internal' })
    async shipCount(@Ctx() { rows }: ExtensionContext) {
      return (await rows('ships', { first: 1000 })).length
    }
  }

  return [BerthingExtras, ShipExtras, CallExtras, HarbourExtras]
}

export default extension
