import { createHash, randomUUID } from 'node:crypto'
import {
  type Grant,
  type GrantInfo,
  type Model,
  type Problem,
  problem,
  type RunInfo,
  type SqlVerdict,
} from '@terrane/schema'
import { parseGrant } from './parse-grant.js'
import type { Asking, ManagedProduct } from './port.js'
import { audited, need } from './rights.js'
import { readsEverything, sightOf } from './sight.js'
import { visibleProblem } from './visible-run.js'

/** Characters of one model's SQL. */
export const LARGEST_SQL = 1_000_000
/** As much of a name of the caller's making as the audit keeps. */
const LONGEST_NAME = 191

/** The control port: what it does, the same for the graph and for HTTP. Each refuses who may not, and is audited. */
export class ControlPort {
  private changes: Promise<unknown> = Promise.resolve()

  constructor(readonly managed: ManagedProduct) {}

  /** Refuses whoever may not change the product. `what` they tried is for the audit. */
  mayChange(asking: Asking, what: string): void {
    need(this.managed, asking, 'control', { action: 'change', detail: what })
  }

  /** Begins a run and answers while it is going on; `runs` tells what became of it. */
  run(asking: Asking): Promise<RunInfo> {
    return audited(this.managed, asking, 'control', { action: 'run' }, async () => {
      const startedAt = new Date().toISOString()
      const trigger = `control: ${asking.caller.subject}`
      const { id } = await this.managed.startRun(trigger)
      return { id, state: 'RUNNING' as const, trigger, startedAt, problems: [], quarantined: 0 }
    })
  }

  /**
   * Judges a model's new SQL together with all others and runs it on the inputs of now. Accepted and not dry, it becomes
   * an overlay over the folder's baseline and a run begins.
   */
  putModel(name: string, sql: string, dryRun: boolean, asking: Asking): Promise<SqlVerdict> {
    const what = { action: dryRun ? 'dry run' : 'put model', detail: name.slice(0, LONGEST_NAME) }
    const judge = () => this.judge(name, sql, dryRun, asking)
    return audited(
      this.managed,
      asking,
      'control',
      what,
      () => (dryRun ? judge() : this.inTurn(judge)),
      ({ accepted, problems }) => (accepted ? undefined : problems.map(({ code }) => code).join(', ')),
    )
  }

  /** Takes an overlay away; the folder's baseline counts again. False where there was none. */
  resetModel(name: string, asking: Asking): Promise<boolean> {
    const what = { action: 'reset model', detail: name.slice(0, LONGEST_NAME) }
    const reset = async () => {
      const removed = await this.managed.stores.metadata.removeOverlay(name)
      if (removed) await this.managed.startRun(`model ${name} reset by ${asking.caller.subject}`)
      return removed
    }
    return audited(
      this.managed,
      asking,
      'control',
      what,
      () => this.inTurn(reset),
      done => nothingDone(done),
    )
  }

  /** All of them for who may change them; others see those on what they may know of. */
  async grants(asking: Asking): Promise<GrantInfo[]> {
    need(this.managed, asking, 'observe', { action: 'see grants' })
    const grants = (await this.managed.stores.security.grants()).map(grantInfo)
    if (asking.decision.actions.includes('control')) return grants
    const sight = sightOf(this.managed.product, asking.decision)
    return grants.filter(
      ({ dataset, properties, rowFilter, masks, reason }) =>
        !sight.tells(JSON.stringify([dataset, properties, rowFilter, masks, reason])),
    )
  }

  /** In force at once. A grant that says something unknown is refused whole, never stored in part. */
  putGrant(input: unknown, asking: Asking): Promise<{ grant?: GrantInfo; problems: Problem[] }> {
    const { grant: terms, problems } = parseGrant(this.managed.product, input)
    const what = {
      action: 'put grant',
      ...(terms
        ? { dataset: terms.dataset, detail: `${terms.effect} ${terms.subject} ${terms.actions.join(', ')}` }
        : {}),
      ...(terms?.properties ? { properties: terms.properties } : {}),
    }
    const put = async () => {
      if (!terms) return { problems }
      const given = { by: asking.caller.subject, at: new Date().toISOString() }
      const grant: Grant = { ...terms, ...given, id: randomUUID(), origin: 'granted' }
      await this.managed.stores.security.put(grant)
      this.managed.policyChanged()
      return { grant: grantInfo(grant), problems }
    }
    return audited(this.managed, asking, 'control', what, put, ({ grant }) =>
      grant ? undefined : problems.map(({ message }) => message).join(' '),
    )
  }

  /** False where there is no such granted grant; declared ones go by changing the contract. */
  revokeGrant(id: string, asking: Asking): Promise<boolean> {
    const what = { action: 'revoke grant', detail: id.slice(0, LONGEST_NAME) }
    const revoke = async () => {
      const grant = (await this.managed.stores.security.grants()).find(one => one.id === id)
      if (grant?.origin !== 'granted') return false
      const revoked = await this.managed.stores.security.revoke(id)
      this.managed.policyChanged()
      return revoked
    }
    return audited(this.managed, asking, 'control', what, revoke, nothingDone)
  }

  private async judge(name: string, sql: string, dryRun: boolean, asking: Asking): Promise<SqlVerdict> {
    const { product } = this.managed
    const sight = sightOf(product, asking.decision)
    const refused = (problems: Problem[]): SqlVerdict => ({
      accepted: false,
      dryRun,
      problems: problems.map(each => visibleProblem(each, sight)),
    })
    const models = await this.managed.models()
    const model = models.find(one => one.name === name)
    if (!model)
      return refused([
        unknownModel(
          name,
          models.filter(one => !sight.tells(one.name)),
        ),
      ])
    if (sql.length > LARGEST_SQL) return refused([problem('MODEL_TOO_LARGE', { model: name, characters: LARGEST_SQL })])
    // No run would publish this one while another one waits to be settled.
    const standing = (await this.managed.standingProblems()).filter(({ file }) => file !== model.file)
    if (standing.length > 0) return refused(standing)

    const changed = models.map(one => (one === model ? { ...one, sql } : one))
    // SQL can give any column any name, so its rows, and how many, are for those from whom nothing is kept.
    const tellsAll = readsEverything(product, asking.decision)
    const result = await this.managed.dryRun(changed, name, !tellsAll)
    // Rows that did not fit their contract are no matter of this SQL; the observability port tells of them.
    const problems = result.problems.filter(
      ({ code }) => code !== 'INPUT_QUARANTINED' && code !== 'INPUT_FILE_SET_ASIDE',
    )
    if (!result.ok) return refused(problems)
    if (!dryRun) await this.overlay(name, sql, asking)
    const told = tellsAll ? result.sample : undefined
    return {
      accepted: true,
      dryRun,
      problems: problems.map(each => visibleProblem(each, sight)),
      ...(told ? { rowCount: told.rowCount, rows: told.rows as NonNullable<SqlVerdict['rows']> } : {}),
    }
  }

  private async overlay(name: string, sql: string, asking: Asking): Promise<void> {
    const { product, stores } = this.managed
    const baseline = product.models.find(one => one.name === name)!
    const by = asking.caller.subject
    const overlay = { model: name, sql, baselineSha256: sha256(baseline.sql), by, at: new Date().toISOString() }
    // What the folder says anyway is no drift.
    if (sql === baseline.sql) await stores.metadata.removeOverlay(name)
    else await stores.metadata.putOverlay(overlay)
    await this.managed.startRun(`model ${name} changed by ${by}`)
  }

  /** Changes to the pipeline follow one another, so that each is judged together with those before it. */
  private inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.changes.then(change)
    this.changes = turn.catch(() => {})
    return turn
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

const nothingDone = (done: boolean) => (done ? undefined : 'there is none')
const unknownModel = (name: string, models: Model[]) =>
  problem('MODEL_UNKNOWN', { model: name.slice(0, LONGEST_NAME), models: models.map(model => model.name).join(', ') })
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
