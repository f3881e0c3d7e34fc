import { Directive, Field, ObjectType } from 'type-graphql'

@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'Where a page stands (Relay, Cursor Connections).' })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean
  @Field(() => Boolean)
  hasPreviousPage!: boolean
  @Field(() => String, { nullable: true })
  startCursor?: string
  @Field(() => String, { nullable: true })
  endCursor?: string
}
