import { Arg, Ctx, Field, ObjectType } from 'type-graphql'
import type { ControlResolvers } from '../graph/resolvers.js'
import { Grant, GrantInput } from './grants.js'
import { Run, SqlJudgement } from './runs.js'

/** The control port in the graph. Each product has a type of its own with these fields: `UkSalesControl`. */
@ObjectType({ simpleResolvers: true })
export class Control {
  constructor(private readonly port: ControlResolvers<unknown>) {}

  @Field(() => Run, { nullable: true, description: 'Pulls the inputs and runs the pipeline now.' })
  run(@Ctx() context: unknown): Promise<Run> {
    return this.port.run(context)
  }

  @Field(() => SqlJudgement, {
    nullable: true,
    description: "Judges a model's new SQL and, unless it is only a dry run, puts it over what was deployed.",
  })
  putModel(
    @Arg('model', () => String, { description: 'Its name, unique in the product.' }) model: string,
    @Arg('sql', () => String, { description: 'One SELECT.' }) sql: string,
    @Arg('dryRun', () => Boolean, { defaultValue: false }) dryRun: boolean,
    @Ctx() context: unknown,
  ): Promise<SqlJudgement> {
    return this.port.putModel(model, sql, dryRun, context) as Promise<SqlJudgement>
  }

  @Field(() => Boolean, {
    nullable: true,
    description: 'Back to the SQL as deployed; false where nothing was changed.',
  })
  resetModel(@Arg('model', () => String) model: string, @Ctx() context: unknown): Promise<boolean> {
    return this.port.resetModel(model, context)
  }

  @Field(() => Grant, { nullable: true, description: 'Allows or denies a subject something from now on.' })
  putGrant(@Arg('grant', () => GrantInput) grant: GrantInput, @Ctx() context: unknown): Promise<Grant> {
    return this.port.putGrant({ ...grant }, context)
  }

  @Field(() => Boolean, { nullable: true, description: 'Ends a grant; false where there is none of this id.' })
  revokeGrant(@Arg('id', () => String) id: string, @Ctx() context: unknown): Promise<boolean> {
    return this.port.revokeGrant(id, context)
  }
}
