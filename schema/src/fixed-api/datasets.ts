import { GraphQLInt } from 'graphql'
import { Directive, Field, ObjectType } from 'type-graphql'
import { DateTimeScalar, JsonScalar } from '../graph/scalars.js'
import { QualityCheck } from './provenance.js'
import type { DatasetInfo, FieldInfo } from './types.js'

@Directive('@shareable')
@ObjectType('DataProductField', { simpleResolvers: true, description: 'One property of a dataset.' })
export class FieldDescription implements FieldInfo {
  @Field(() => String, { nullable: true, description: "The contract's name." })
  name!: string
  @Field(() => String, { nullable: true, description: 'Its name in the graph.' })
  field!: string
  @Field(() => String, { nullable: true })
  type!: string
  @Field(() => String, { nullable: true })
  description?: string
  @Field(() => String, { nullable: true })
  classification?: string
  @Field(() => Boolean, { nullable: true })
  required!: boolean
  @Field(() => Boolean, { nullable: true })
  unique!: boolean
  @Field(() => Boolean, { nullable: true, description: 'Part of the primary key.' })
  key!: boolean
  @Field(() => String, { nullable: true })
  deprecated?: string
  @Field(() => String, { nullable: true })
  relationship?: string
  @Field(() => String, {
    nullable: true,
    description: 'What a grant must cover, `uk-sales/orders/margin`; null where anyone may read it.',
  })
  requiredGrant?: string
  @Field(() => Boolean, { nullable: true, description: 'Whether the caller may read it.' })
  readable!: boolean
  @Field(() => String, {
    nullable: true,
    description: 'How its values are shown to the caller, `cut to its first letter`; null where they are as they are.',
  })
  mask?: string
}

@Directive('@shareable')
@ObjectType('DataProductDataset', { simpleResolvers: true, description: 'One table that the product promises.' })
export class DatasetDescription implements DatasetInfo {
  @Field(() => String, { nullable: true, description: "The contract's name." })
  name!: string
  @Field(() => String, { nullable: true, description: 'Its name in the graph.' })
  field!: string
  @Field(() => String, { nullable: true })
  description?: string
  @Field(() => String, { nullable: true })
  version!: string
  @Field(() => String, { nullable: true })
  address!: string
  @Field(() => String, { nullable: true })
  contract!: string
  @Field(() => [String], { nullable: true })
  primaryKey!: string[]
  @Field(() => GraphQLInt, { nullable: true })
  rowCount?: number
  @Field(() => Boolean, { nullable: true, description: 'Whether the caller reads some of its rows alone.' })
  onlySomeRows!: boolean
  @Field(() => String, {
    nullable: true,
    description: 'Which rows those are, `country_code = GB`; null where telling it would tell what is withheld.',
  })
  rowFilter?: string
  @Field(() => [FieldDescription], { nullable: true })
  fields!: FieldDescription[]
  @Field(() => [JsonScalar], { nullable: true, description: 'Up to five rows, of what the caller may read.' })
  sample!: DatasetInfo['sample']
  @Field(() => [QualityCheck], { nullable: true })
  quality!: QualityCheck[]
  @Field(() => String, { nullable: true, description: "Who changed its rules; nothing where they are the contract's." })
  qualityChangedBy?: string
  @Field(() => DateTimeScalar, { nullable: true })
  qualityChangedAt?: string
}
