import { GraphQLInt } from 'graphql'
import { Directive, Field, ObjectType } from 'type-graphql'
import { DateTimeScalar } from '../graph/scalars.js'
import type { ModelInfo, PublicationInfo, QualityResult } from './types.js'

type Source = PublicationInfo['inputs'][number]
type Published = PublicationInfo['datasets'][number]

/** Where the data comes from and how good it is. */

@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'How many promises of the contracts the last publication kept.' })
export class QualitySummary {
  @Field(() => GraphQLInt, { nullable: true })
  passed!: number
  @Field(() => GraphQLInt, { nullable: true })
  failed!: number
}

@Directive('@shareable')
@ObjectType('DataProductQualityResult', { simpleResolvers: true })
export class QualityCheck implements QualityResult {
  @Field(() => String, { nullable: true })
  dataset!: string
  @Field(() => String, { nullable: true })
  property?: string
  @Field(() => String, { nullable: true })
  rule!: string
  @Field(() => Boolean, { nullable: true })
  passed!: boolean
  @Field(() => String, { nullable: true })
  severity!: string
  @Field(() => String, { nullable: true })
  expected!: string
  @Field(() => String, { nullable: true })
  actual!: string
}

@Directive('@shareable')
@ObjectType('DataProductLineage', { simpleResolvers: true, description: '`from` feeds `to`.' })
export class LineageEdge {
  @Field(() => String, { nullable: true })
  from!: string
  @Field(() => String, { nullable: true })
  to!: string
}

@Directive('@shareable')
@ObjectType('DataProductModel', {
  simpleResolvers: true,
  description: 'One SELECT of the pipeline, as it is in force.',
})
export class ModelDescription implements ModelInfo {
  @Field(() => String, { nullable: true })
  name!: string
  @Field(() => String, { nullable: true })
  layer!: string
  @Field(() => String, { nullable: true })
  sql!: string
  @Field(() => [String], { nullable: true })
  reads!: string[]
  @Field(() => Boolean, { nullable: true, description: 'Changed through the control port, over what was deployed.' })
  overlay!: boolean
  @Field(() => String, { nullable: true, description: 'The SQL as it was deployed, where it was changed.' })
  baseline?: string
  @Field(() => String, { nullable: true })
  changedBy?: string
  @Field(() => DateTimeScalar, { nullable: true })
  changedAt?: string
}

@Directive('@shareable')
@ObjectType('DataProductUpstream', { simpleResolvers: true, description: "Another product's publication." })
export class Upstream {
  @Field(() => String, { nullable: true })
  product!: string
  @Field(() => String, { nullable: true })
  dataset!: string
  @Field(() => GraphQLInt, { nullable: true })
  publication!: number
}

@Directive('@shareable')
@ObjectType('DataProductSource', { simpleResolvers: true, description: 'What a publication was made of.' })
export class PublicationSource implements Source {
  @Field(() => String, { nullable: true })
  port!: string
  @Field(() => GraphQLInt, { nullable: true })
  files!: number
  @Field(() => [String], {
    nullable: true,
    description: 'For those who observe or control the product, or read all of it.',
  })
  sha256?: string[]
  @Field(() => Upstream, { nullable: true })
  upstream?: Upstream
}

@Directive('@shareable')
@ObjectType('DataProductPublishedDataset', { simpleResolvers: true, description: 'One dataset as it was published.' })
export class PublishedDataset implements Published {
  @Field(() => String, { nullable: true })
  dataset!: string
  @Field(() => GraphQLInt, { nullable: true, description: 'Null where the caller may not count its rows.' })
  rowCount?: number
}

@Directive('@shareable')
@ObjectType('DataProductPublication', { simpleResolvers: true, description: 'One load of the data, immutable.' })
export class Publication implements PublicationInfo {
  @Field(() => GraphQLInt, { nullable: true })
  number!: number
  @Field(() => DateTimeScalar, { nullable: true })
  publishedAt!: string
  @Field(() => GraphQLInt, { nullable: true })
  rowCount?: number
  @Field(() => [PublishedDataset], { nullable: true })
  datasets!: PublishedDataset[]
  @Field(() => Boolean, { nullable: true })
  current!: boolean
  @Field(() => [PublicationSource], { nullable: true })
  inputs!: PublicationSource[]
}
