import { GraphQLInt } from 'graphql'
import { Directive, Field, InputType, ObjectType } from 'type-graphql'
import { DateTimeScalar } from '../graph/scalars.js'
import type { AuditFilter, AuditInfo } from './types.js'

@Directive('@shareable')
@ObjectType('DataProductAuditEntry', {
  simpleResolvers: true,
  description: 'Who read or changed what, and how it ended.',
})
export class AuditEntry implements AuditInfo {
  @Field(() => DateTimeScalar, { nullable: true })
  at!: string
  @Field(() => String, { nullable: true })
  subject!: string
  @Field(() => String, { nullable: true })
  action!: string
  @Field(() => String, { nullable: true })
  dataset?: string
  @Field(() => [String], { nullable: true })
  properties!: string[]
  @Field(() => GraphQLInt, { nullable: true })
  rows?: number
  @Field(() => GraphQLInt, { nullable: true })
  publication?: number
  @Field(() => String, { nullable: true })
  port!: string
  @Field(() => String, { nullable: true, description: '`allowed`, `denied` or `failed`.' })
  outcome!: AuditInfo['outcome']
  @Field(() => String, { nullable: true })
  detail?: string
}

@InputType('DataProductAuditFilter')
export class AuditEntryFilter implements Omit<AuditFilter, 'limit'> {
  @Field(() => String, { nullable: true })
  subject?: string
  @Field(() => String, { nullable: true })
  dataset?: string
  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what happened before it; for the next page.' })
  before?: string
}
