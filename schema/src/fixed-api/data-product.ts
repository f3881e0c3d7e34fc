import { GraphQLInt } from 'graphql'
import { Arg, Ctx, Directive, Field, ObjectType, registerEnumType } from 'type-graphql'
import { pageSize } from '../graph/arguments.js'
import type { ObservabilityResolvers } from '../graph/resolvers.js'
import { DateTimeScalar } from '../graph/scalars.js'
import { AuditEntry, AuditEntryFilter } from './audit.js'
import { DatasetDescription } from './datasets.js'
import { Grant } from './grants.js'
import { LineageEdge, ModelDescription, Publication, QualitySummary } from './provenance.js'
import { Run } from './runs.js'
import type { DataProductInfo } from './types.js'

export enum Freshness {
  FRESH = 'FRESH',
  LATE = 'LATE',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(Freshness, { name: 'Freshness', description: 'The age of the data against what was agreed.' })

@Directive('@shareable')
@ObjectType('DataProductMember', { simpleResolvers: true })
export class Member {
  @Field(() => String, { nullable: true })
  username!: string
  @Field(() => String, { nullable: true })
  name?: string
  @Field(() => String, { nullable: true })
  role?: string
}

@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'The team that answers for the product.' })
export class Owner {
  @Field(() => String, { nullable: true })
  name?: string
  @Field(() => String, { nullable: true })
  description?: string
  @Field(() => [Member], { nullable: true })
  members!: Member[]
}

@Directive('@shareable')
@ObjectType('DataProductDescription', { simpleResolvers: true })
export class Description {
  @Field(() => String, { nullable: true })
  purpose?: string
  @Field(() => String, { nullable: true })
  limitations?: string
  @Field(() => String, { nullable: true })
  usage?: string
}

@Directive('@shareable')
@ObjectType('DataProductSupport', { simpleResolvers: true })
export class SupportChannel {
  @Field(() => String, { nullable: true })
  channel!: string
  @Field(() => String, { nullable: true })
  tool?: string
  @Field(() => String, { nullable: true })
  url?: string
}

@Directive('@shareable')
@ObjectType('DataProductPortField', {
  simpleResolvers: true,
  description: 'What is expected to arrive at an input port.',
})
export class PortField {
  @Field(() => String, { nullable: true })
  name!: string
  @Field(() => String, { nullable: true })
  type!: string
  @Field(() => Boolean, { nullable: true })
  required!: boolean
  @Field(() => String, { nullable: true })
  description?: string
  @Field(() => String, { nullable: true })
  classification?: string
}

@Directive('@shareable')
@ObjectType('DataProductManagementPort', {
  simpleResolvers: true,
  description: 'A way to discover, observe or control the product (ODPS managementPorts).',
})
export class ManagementPort {
  @Field(() => String, { nullable: true })
  name!: string
  @Field(() => String, { nullable: true })
  content!: string
  @Field(() => String, { nullable: true })
  type?: string
  @Field(() => String, { nullable: true })
  description?: string
  @Field(() => String, { nullable: true })
  address?: string
}

@Directive('@shareable')
@ObjectType('DataProductPort', { simpleResolvers: true, description: 'A way in or out of the product.' })
export class Port {
  @Field(() => String, { nullable: true })
  name!: string
  @Field(() => String, { nullable: true })
  version!: string
  @Field(() => String, { nullable: true })
  kind!: string
  @Field(() => String, { nullable: true })
  description?: string
  @Field(() => String, { nullable: true })
  contractId!: string
  @Field(() => String, { nullable: true })
  address?: string
  @Field(() => [PortField], {
    nullable: true,
    description: 'Of an input port with a contract of its own; for those who control or observe the product.',
  })
  fields?: PortField[]
}

@Directive('@shareable')
@ObjectType('DataProductAgreement', {
  simpleResolvers: true,
  description: 'What a contract promises (ODCS slaProperties).',
})
export class Agreement {
  @Field(() => String, { nullable: true })
  contract!: string
  @Field(() => String, { nullable: true })
  property!: string
  @Field(() => String, { nullable: true })
  value!: string
  @Field(() => String, { nullable: true })
  unit?: string
  @Field(() => String, { nullable: true })
  element?: string
}

/** The discovery port in the graph, and with `runs`, `audit` and `grants` the observability port. */
@Directive('@shareable')
@ObjectType({ simpleResolvers: true, description: 'What a data product is, what it means, and whether to trust it.' })
export class DataProduct {
  /** Not a field: who answers what is not part of the description. */
  readonly #observability: ObservabilityResolvers<unknown>

  constructor(info: DataProductInfo, observability: ObservabilityResolvers<unknown>) {
    Object.assign(this, info)
    this.#observability = observability
  }

  @Field(() => String, { nullable: true })
  id!: string
  @Field(() => String, { nullable: true })
  name!: string
  @Field(() => String, { nullable: true })
  title?: string
  @Field(() => String, { nullable: true })
  version!: string
  @Field(() => String, { nullable: true })
  status!: string
  @Field(() => String, { nullable: true })
  domain!: string
  @Field(() => String, { nullable: true })
  type?: string
  @Field(() => String, { nullable: true, description: 'Standard address, `/data/europe/uk/uk-sales/1`.' })
  address!: string
  @Field(() => Description, { nullable: true })
  description?: Description
  @Field(() => [String], { nullable: true })
  tags!: string[]
  @Field(() => String, { nullable: true })
  visibility!: string
  @Field(() => Owner, { nullable: true })
  owner!: Owner
  @Field(() => [SupportChannel], { nullable: true })
  support!: SupportChannel[]
  @Field(() => [Port], { nullable: true })
  inputPorts!: Port[]
  @Field(() => [Port], { nullable: true })
  outputPorts!: Port[]
  @Field(() => [ManagementPort], { nullable: true })
  managementPorts!: ManagementPort[]
  @Field(() => [DatasetDescription], { nullable: true, description: 'Those that the caller may discover.' })
  datasets!: DatasetDescription[]
  @Field(() => [ModelDescription], { nullable: true })
  models!: ModelDescription[]
  @Field(() => [LineageEdge], { nullable: true, description: 'By table, from the inputs to the outputs.' })
  lineage!: LineageEdge[]
  @Field(() => [Publication], { nullable: true })
  publications!: Publication[]
  @Field(() => QualitySummary, { nullable: true })
  quality!: QualitySummary
  @Field(() => Freshness, { nullable: true })
  freshness!: DataProductInfo['freshness']
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the data was last published.' })
  publishedAt?: string
  @Field(() => [Run], { nullable: true })
  runs!: Run[]
  @Field(() => [Agreement], { nullable: true })
  agreements!: Agreement[]

  @Field(() => [AuditEntry], {
    nullable: true,
    description: 'The newest first; for those who may observe the product.',
  })
  async audit(
    @Arg('where', () => AuditEntryFilter, { nullable: true }) where: AuditEntryFilter | undefined,
    @Arg('first', () => GraphQLInt, { defaultValue: 50 }) first: number,
    @Ctx() context: unknown,
  ): Promise<AuditEntry[] | null> {
    return (await this.#observability.audit?.({ ...where, limit: pageSize(first) }, context)) ?? null
  }

  @Field(() => [Grant], { nullable: true, description: 'Who may do what; for those who control the product.' })
  async grants(@Ctx() context: unknown): Promise<Grant[] | null> {
    return (await this.#observability.grants?.(context)) ?? null
  }
}
