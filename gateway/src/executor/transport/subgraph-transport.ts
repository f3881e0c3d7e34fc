/** How one subgraph is asked over HTTP. */
export interface SubgraphTransport {
  /** Sockets kept to it. Default 32. */
  connections: number
  /** Until a socket stands. Default 5000. */
  connectMilliseconds: number
  /** Until the head of its answer. Default: the time of an operation. */
  headersMilliseconds: number
  /** Between two pieces of its answer's body. Default: the time of an operation. */
  bodyMilliseconds: number
  /** Largest answer that is taken, decoded. Default 64 MiB. */
  answerBytes: number
  /** Whether compressed answers are asked for; those that come are read either way. Default false. */
  compression: boolean
  /** Further attempts of a query that was not answered, within the budget of retries. Default 2; 0 for none. */
  retries: number
  /** What retries may add to its requests, as a share of them. Default 0.2. */
  retryShare: number
  /** Share of its last requests that must fail before it is left alone for a while. Default 0.5; 0 for never. */
  breakerShare: number
}

export const DEFAULT_TRANSPORT: SubgraphTransport = {
  connections: 32,
  connectMilliseconds: 5_000,
  headersMilliseconds: 30_000,
  bodyMilliseconds: 30_000,
  answerBytes: 64 * 1024 * 1024,
  compression: false,
  retries: 2,
  retryShare: 0.2,
  breakerShare: 0.5,
}

/** For all subgraphs, and otherwise for some by their names. */
export interface SubgraphTransports extends Partial<SubgraphTransport> {
  byName?: Readonly<Record<string, Partial<SubgraphTransport>>>
}

/** `timeMilliseconds`: of a whole operation, beyond which nothing is waited for anyway. */
export function transportOf(
  subgraph: string,
  { byName = {}, ...all }: SubgraphTransports,
  timeMilliseconds: number,
): SubgraphTransport {
  const own = Object.hasOwn(byName, subgraph) ? byName[subgraph] : {}
  const patience = { headersMilliseconds: timeMilliseconds, bodyMilliseconds: timeMilliseconds }
  return { ...DEFAULT_TRANSPORT, ...patience, ...all, ...own }
}

/** What is wrong with settings that somebody wrote by hand; undefined where nothing is. */
export function faultOfTransports(settings: unknown): string | undefined {
  if (!isObject(settings)) return 'it is no object'
  const { byName = {}, ...all } = settings
  if (!isObject(byName)) return 'byName is no object'
  const ofSome = Object.entries(byName).map(([name, own]) => [`byName.${name}`, own] as const)
  for (const [place, own] of [['', all] as const, ...ofSome]) {
    if (!isObject(own)) return `${place} is no object`
    for (const [setting, value] of Object.entries(own)) {
      const fault = faultOf(setting, value)
      if (fault) return place ? `${place}: ${fault}` : fault
    }
  }
  return undefined
}

function faultOf(setting: string, value: unknown): string | undefined {
  if (!Object.hasOwn(DEFAULT_TRANSPORT, setting)) {
    return `there is no setting ${setting}, but ${Object.keys(DEFAULT_TRANSPORT).join(', ')} and byName`
  }
  if (setting === 'compression') return typeof value === 'boolean' ? undefined : 'compression must be true or false'
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${setting} must be a number`
  if (SHARES.has(setting)) return value >= 0 && value <= 1 ? undefined : `${setting} must be from 0 to 1`
  const least = setting === 'retries' ? 0 : 1
  return Number.isInteger(value) && value >= least ? undefined : `${setting} must be a whole number from ${least}`
}

const SHARES: ReadonlySet<string> = new Set(['retryShare', 'breakerShare'])

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
