import { Directive, Field, InputType, ObjectType } from 'type-graphql'
import type { Value } from '../contracts/model.js'
import { DateTimeScalar, JsonScalar } from '../graph/scalars.js'
import type { GrantInfo, GrantInput as GrantInputData } from './types.js'

@Directive('@shareable')
@ObjectType('DataProductGrant', {
  simpleResolvers: true,
  description: 'Who may do what with which part of the product.',
})
export class Grant implements GrantInfo {
  @Field(() => String, { nullable: true })
  id!: string
  @Field(() => String, { nullable: true, description: '`allow` or `deny`; deny wins.' })
  effect!: string
  @Field(() => String, { nullable: true, description: '`role:analyst`, `user:anna`, `product:europe-sales`, `*`.' })
  subject!: string
  @Field(() => [String], { nullable: true })
  actions!: string[]
  @Field(() => String, { nullable: true, description: 'A name or `*`.' })
  dataset!: string
  @Field(() => [String], { nullable: true })
  properties?: string[]
  @Field(() => [String], { nullable: true })
  classifications?: string[]
  @Field(() => JsonScalar, { nullable: true, description: 'The rows it covers: `{"country_code": {"eq": "GB"}}`.' })
  rowFilter?: Value
  @Field(() => JsonScalar, { nullable: true, description: 'Property → how it is shown instead of itself.' })
  masks?: Value
  @Field(() => DateTimeScalar, { nullable: true, description: 'Inclusive.' })
  from?: string
  @Field(() => DateTimeScalar, { nullable: true, description: 'Exclusive.' })
  until?: string
  @Field(() => String, { nullable: true, description: '`declared` by the contract or `granted` by someone.' })
  origin!: string
  @Field(() => String, { nullable: true })
  by!: string
  @Field(() => DateTimeScalar, { nullable: true })
  at!: string
  @Field(() => String, { nullable: true })
  reason?: string
}

@InputType('DataProductGrantInput')
export class GrantInput implements GrantInputData {
  @Field(() => String, { nullable: true, description: '`allow`, the default, or `deny`.' })
  effect?: string
  @Field(() => String, { description: '`role:analyst`, `user:anna`, `product:europe-sales`, `*`.' })
  subject!: string
  @Field(() => [String], { description: '`read`, `discover`, `control`, `observe`.' })
  actions!: string[]
  @Field(() => String, { description: 'A name or `*`.' })
  dataset!: string
  @Field(() => [String], { nullable: true })
  properties?: string[]
  @Field(() => [String], { nullable: true })
  classifications?: string[]
  @Field(() => JsonScalar, { nullable: true })
  rowFilter?: Value
  @Field(() => JsonScalar, { nullable: true })
  masks?: Value
  @Field(() => DateTimeScalar, { nullable: true })
  from?: string
  @Field(() => DateTimeScalar, { nullable: true })
  until?: string
  @Field(() => String, { nullable: true })
  reason?: string
}
