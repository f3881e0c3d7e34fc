import { GraphQLFloat, GraphQLInt } from 'graphql'
import { Directive, Field, ObjectType, registerEnumType } from 'type-graphql'
import { DateTimeScalar, JsonScalar } from '../graph/scalars.js'
import type { RunInfo, SqlVerdict } from './types.js'

export enum RunState {
  RUNNING = 'RUNNING',
  PUBLISHED = 'PUBLISHED',
  UNCHANGED = 'UNCHANGED',
  FAILED = 'FAILED',
}
registerEnumType(RunState, { name: 'DataProductRunState' })

@Directive('@shareable')
@ObjectType('DataProductProblem', { simpleResolvers: true, description: 'A mistake, where it stands and what to do.' })
export class RunProblem {
  @Field(() => String, { nullable: true })
  code!: string
  @Field(() => String, { nullable: true })
  message!: string
  @Field(() => String, { nullable: true })
  hint!: string
  @Field(() => String, { nullable: true })
  file?: string
  @Field(() => GraphQLInt, { nullable: true })
  line?: number
  @Field(() => GraphQLInt, { nullable: true })
  column?: number
}

@Directive('@shareable')
@ObjectType('DataProductRun', { simpleResolvers: true, description: 'One run of the pipeline and what came of it.' })
export class Run implements RunInfo {
  @Field(() => String, { nullable: true })
  id!: string
  @Field(() => RunState, { nullable: true })
  state!: RunInfo['state']
  @Field(() => String, { nullable: true })
  trigger!: string
  @Field(() => DateTimeScalar, { nullable: true })
  startedAt!: string
  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt?: string
  @Field(() => GraphQLFloat, { nullable: true })
  seconds?: number
  @Field(() => GraphQLInt, { nullable: true })
  publication?: number
  @Field(() => [RunProblem], { nullable: true })
  problems!: RunProblem[]
  @Field(() => GraphQLInt, {
    nullable: true,
    description: 'Rows set aside because they did not fit their input contract.',
  })
  quarantined!: number
}

@Directive('@shareable')
@ObjectType('DataProductSqlVerdict', {
  simpleResolvers: true,
  description: 'What became of a new SQL: refused with problems, tried, or put in force.',
})
export class SqlJudgement implements SqlVerdict {
  @Field(() => Boolean, { nullable: true })
  accepted!: boolean
  @Field(() => Boolean, { nullable: true })
  dryRun!: boolean
  @Field(() => [RunProblem], { nullable: true })
  problems!: RunProblem[]
  @Field(() => GraphQLInt, { nullable: true, description: 'Dry run: how many rows the model would give.' })
  rowCount?: number
  @Field(() => [JsonScalar], { nullable: true, description: 'Dry run: up to 20 of these rows.' })
  rows?: SqlVerdict['rows']
}
