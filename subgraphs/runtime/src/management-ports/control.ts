import { createHash, randomUUID } from 'node:crypto'
import {
  type Action,
  type Grant,
  type GrantInfo,
  type GrantInput,
  type Model,
  type Problem,
  parseCondition,
  parseMask,
  problem,
  type RunInfo,
  type SqlVerdict,
} from '@terrane/schema'
import type { Asking, ManagedProduct } from './port.js'
import { audited, mayControl, mayObserve } from './rights.js'
import { readsEverything } from './sight.js'

const ACTIONS: Action[] = ['read', 'discover', 'control', 'observe']

/** The control port: what it does, the same for the graph and for HTTP. Each refuses who may not, and is audited. */
export class ControlPort {
  constructor(private readonly managed: ManagedProduct) {}

  /** Begins a run and answers while it is going on; `runs` tells what became of it. */
  run(asking: Asking): Promise<RunInfo> {
    mayControl(asking)
    return audited(this.managed, asking, 'run', async () => {
      const startedAt = new Date().toISOString()
      const { id } = await this.managed.startRun(`control: ${asking.caller.subject}`)
      return {
        id,
        state: 'RUNNING' as const,
        trigger: `control: ${asking.caller.subject}`,
        startedAt,
        problems: [],
        quarantined: 0,
      }
    })
  }

  /**
   * Judges a model's new SQL together with all others and runs it on the inputs of now. Accepted and not dry, it becomes
   * an overlay over the folder's baseline and a run begins.
   */
  putModel(name: string, sql: string, dryRun: boolean, asking: Asking): Promise<SqlVerdict> {
    mayControl(asking)
    return audited(this.managed, asking, `${dryRun ? 'dry run of' : 'put'} model ${name}`, async () => {
      const models = await this.managed.models()
      const model = models.find(one => one.name === name)
      if (!model) return refused(dryRun, [unknownModel(name, models)])
      const changed = models.map(one => (one === model ? { ...one, sql } : one))
      const result = await this.managed.dryRun(changed, name)
      // Rows that did not fit their contract are no matter of this SQL; the observability port tells of them.
      const problems = result.problems.filter(({ code }) => code !== 'INPUT_QUARANTINED')
      if (!result.ok) return refused(dryRun, problems)
      if (!dryRun) {
        const baseline = this.managed.product.models.find(one => one.name === name)!
        await this.managed.stores.metadata.putOverlay({
          model: name,
          sql,
          baselineSha256: sha256(baseline.sql),
          by: asking.caller.subject,
          at: new Date().toISOString(),
        })
        await this.managed.startRun(`model ${name} changed by ${asking.caller.subject}`)
      }
      return {
        accepted: true,
        dryRun,
        problems,
        ...(result.sample ? { rowCount: result.sample.rowCount } : {}),
        // SQL can give any column any name, so its rows are for those from whom nothing is kept.
        ...(result.sample && readsEverything(this.managed.product, asking.decision)
          ? { rows: result.sample.rows as NonNullable<SqlVerdict['rows']> }
          : {}),
      }
    })
  }

  /** Takes an overlay away; the folder's baseline counts again. False where there was none. */
  resetModel(name: string, asking: Asking): Promise<boolean> {
    mayControl(asking)
    return audited(this.managed, asking, `reset model ${name}`, async () => {
      const removed = await this.managed.stores.metadata.removeOverlay(name)
      if (removed) await this.managed.startRun(`model ${name} reset by ${asking.caller.subject}`)
      return removed
    })
  }

  async grants(asking: Asking): Promise<GrantInfo[]> {
    mayObserve(asking)
    return (await this.managed.stores.security.grants()).map(grantInfo)
  }

  /** In force at once. A grant that says something unknown is refused whole, never stored in part. */
  putGrant(input: GrantInput, asking: Asking): Promise<{ grant?: GrantInfo; problems: Problem[] }> {
    mayControl(asking)
    return audited(this.managed, asking, `grant to ${input.subject}`, async () => {
      const { grant, problems } = this.parseGrant(input, asking)
      if (!grant) return { problems }
      await this.managed.stores.security.put(grant)
      this.managed.policyChanged()
      return { grant: grantInfo(grant), problems }
    })
  }

  /** False where there is no such granted grant; declared ones go by changing the contract. */
  revokeGrant(id: string, asking: Asking): Promise<boolean> {
    mayControl(asking)
    return audited(this.managed, asking, `revoke grant ${id}`, async () => {
      const grant = (await this.managed.stores.security.grants()).find(one => one.id === id)
      if (grant?.origin !== 'granted') return false
      const revoked = await this.managed.stores.security.revoke(id)
      this.managed.policyChanged()
      return revoked
    })
  }

  private parseGrant(input: GrantInput, asking: Asking): { grant?: Grant; problems: Problem[] } {
    const { product } = this.managed
    const problems: Problem[] = []
    const refuse = (what: string, expected: string) => problems.push(problem('GRANT_MALFORMED', { what, expected }))
    if (!/^((user|role|product):.+|\*)$/.test(input.subject))
      refuse(`the subject ${input.subject}`, 'user:…, role:…, product:… or *')
    const actions = input.actions.map(action => action.toLowerCase() as Action)
    if (actions.length === 0 || actions.some(action => !ACTIONS.includes(action)))
      refuse('the actions', ACTIONS.join(', '))
    const effect = (input.effect ?? 'allow').toLowerCase()
    if (effect !== 'allow' && effect !== 'deny') refuse('the effect', 'allow or deny')
    for (const [name, time] of Object.entries({ from: input.from, until: input.until })) {
      if (time != null && Number.isNaN(Date.parse(time))) refuse(name, 'an ISO 8601 time')
    }
    const datasets = product.datasets.filter(dataset => input.dataset === '*' || dataset.name === input.dataset)
    if (datasets.length === 0)
      refuse(`the dataset ${input.dataset}`, [...product.datasets.map(one => one.name), '*'].join(', '))
    const properties = new Set(datasets.flatMap(dataset => dataset.properties.map(property => property.name)))
    for (const name of [...(input.properties ?? []), ...Object.keys((input.masks as object | undefined) ?? {})]) {
      if (!properties.has(name))
        refuse(`the property ${name}`, 'a property of the dataset, by its name in the contract')
    }
    const masks = Object.entries((input.masks as Record<string, unknown> | undefined) ?? {}).map(([name, mask]) => {
      const parsed = parseMask(name, mask)
      problems.push(...parsed.problems)
      return [name, parsed.mask!] as const
    })
    // Over all datasets a row filter must make sense in each of them.
    const filters = input.rowFilter == null ? [] : datasets.map(dataset => parseCondition(dataset, input.rowFilter))
    problems.push(...filters.flatMap(filter => filter.problems))
    if (problems.length > 0) return { problems }
    return {
      problems,
      grant: {
        id: randomUUID(),
        effect: effect as Grant['effect'],
        subject: input.subject,
        actions,
        dataset: input.dataset,
        ...(input.properties ? { properties: input.properties } : {}),
        ...(input.classifications ? { classifications: input.classifications } : {}),
        ...(filters[0]?.condition ? { rowFilter: filters[0].condition } : {}),
        ...(masks.length > 0 ? { masks: Object.fromEntries(masks) } : {}),
        ...(input.from == null ? {} : { from: input.from }),
        ...(input.until == null ? {} : { until: input.until }),
        origin: 'granted',
        by: asking.caller.subject,
        at: new Date().toISOString(),
        ...(input.reason == null ? {} : { reason: input.reason }),
      },
    }
  }
}

export function grantInfo(grant: Grant): GrantInfo {
  const { rowFilter, masks, ...rest } = grant
  return {
    ...rest,
    ...(rowFilter ? { rowFilter: rowFilter as unknown as NonNullable<GrantInfo['rowFilter']> } : {}),
    ...(masks ? { masks: masks as unknown as NonNullable<GrantInfo['masks']> } : {}),
  }
}

const refused = (dryRun: boolean, problems: Problem[]): SqlVerdict => ({ accepted: false, dryRun, problems })
const unknownModel = (name: string, models: Model[]) =>
  problem('MODEL_UNKNOWN', { model: name, models: models.map(model => model.name).join(', ') })
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
