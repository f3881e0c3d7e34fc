import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import {
  addressOf,
  conceal,
  credentialsOf,
  declaredGrants,
  type HiddenTexts,
  IDENTITY_HEADER,
  IdentityVerifier,
  openApiOfProduct,
  outputContracts,
  type Problem,
  type Product,
  problem,
  problemsOfRoles,
  productGraph,
  readProduct,
  redact,
} from '@terrane/schema'
import { concealedLog } from './concealed.js'
import type { DataProduct, DataProductOptions, Log } from './data-product-options.js'
import {
  erase,
  forgetQuarantine,
  inputFiles,
  type Landing,
  pull,
  readQuarantine,
  sweepLanding,
} from './input-layer/index.js'
import { isSent, isSubscribed, openConnector } from './input-ports/index.js'
import { openLease, ProductInUse } from './lease.js'
import * as management from './management-ports/index.js'
import { ProductMetrics } from './metrics.js'
import { holds, openPublications } from './output-layer/index.js'
import { admit, stillDecided } from './output-ports/admission.js'
import { openFilesPort } from './output-ports/files.js'
import type { GraphContext } from './output-ports/graphql/context.js'
import { extensionContext } from './output-ports/graphql/extension-context.js'
import { openGraphqlPort } from './output-ports/graphql/port.js'
import { dataResolvers } from './output-ports/graphql/resolvers.js'
import { Refusal } from './output-ports/refusal.js'
import { ServerFiles } from './output-ports/server-files.js'
import { examineParquet, runPipeline } from './pipeline/index.js'
import type { RunLimits } from './pipeline/job.js'
import { PolicyInForce } from './policy-in-force.js'
import { pollSecondsOf } from './polling.js'
import { productDatabaseUrl } from './product-database.js'
import { graphErrorOf, productRoutes } from './product-routes.js'
import { ProductRuns } from './product-runs.js'
import { type PushParts, pushInto, withdrawFrom } from './push.js'
import { withResolvers } from './resolvers-file.js'
import { servedAs } from './served-as.js'
import { StoreUnavailable } from './store-unavailable.js'
import { openStores, type Stores } from './stores/index.js'
import { subscribe } from './subscribe.js'
import { traced } from './tracing.js'

const LIMITS: RunLimits = { memoryMegabytes: 1024, threads: 2, seconds: 600 }
const KEEP = 3

/**
 * Opens a product from its folder: the one place that wires its ports, stages and stores. A folder with errors is
 * refused with all of them. Nothing has run yet when this resolves, but what was published before is served at once.
 */
export async function openDataProduct(
  options: DataProductOptions,
): Promise<{ product?: DataProduct; problems: Problem[] }> {
  const { product: read, problems, hidden: ofDocuments } = await readProduct(options.folder, options.env)
  if (!read) return { problems }
  const hidden: HiddenTexts = new Set([...ofDocuments, ...credentialsOf(options.databaseUrl ?? '')])
  const log = concealedLog(options.log ?? (() => {}), hidden)
  const { product, problems: ofResolvers } = await withResolvers(read)
  problems.push(...conceal([...problemsOfRoles(product), ...ofResolvers], hidden))
  if (broken(problems)) return { problems }
  const opened: Closable[] = []
  const close = async () => {
    for (const each of opened.reverse()) await each.close().catch(() => {})
  }
  try {
    const running = await open(product, { ...options, log }, hidden, opened)
    if (!running.product) await close()
    return { ...running, problems: [...problems, ...conceal(running.problems, hidden)] }
  } catch (error) {
    await close()
    if (!(error instanceof ProductInUse))
      log({ level: 'error', message: `${product.name} does not open.`, error: (error as Error).stack })
    if (error instanceof StoreUnavailable || error instanceof ProductInUse)
      return { problems: [...problems, error.problem] }
    const reason = error instanceof Error ? error.message.split('\n')[0] : 'unknown'
    const told = problem('PRODUCT_NOT_OPENED', { product: product.name, reason })
    return { problems: [...problems, ...conceal([told], hidden)] }
  }
}

interface Closable {
  close(): Promise<void>
}

/** `opened` takes what must be closed again, in order. */
async function open(
  product: Product,
  options: DataProductOptions & { log: Log },
  hidden: HiddenTexts,
  opened: Closable[],
): Promise<{ product?: DataProduct; problems: Problem[] }> {
  const { databaseUrl, log } = options
  const ofDatabase = databaseUrl ? { databaseUrl } : {}
  const folder = path.join(options.home, product.name)
  // What is in it is no business of the machine's other users.
  await mkdir(folder, { recursive: true, mode: 0o700 })

  // Stores, and what was published before.
  const lease = await openLease({ folder, product, ...ofDatabase })
  opened.push(lease)
  const stores = await openStores({ folder, product: product.name, log, ...ofDatabase })
  opened.push(stores)
  const publications = await openPublications({
    folder,
    product,
    metadata: stores.metadata,
    keep: options.keep ?? KEEP,
    lease,
    shared: databaseUrl !== undefined,
    ...(options.graceSeconds === undefined ? {} : { graceSeconds: options.graceSeconds }),
    log,
    ...ofDatabase,
  })
  opened.push(publications)
  const policy = new PolicyInForce(product, stores.security)

  // Inputs: what is pulled, what is pushed, and the runs that they start.
  const landing: Landing = { folder, metadata: stores.metadata }
  await sweepLanding(landing)
  const quarantineFolder = path.join(folder, 'quarantine')
  const metrics = new ProductMetrics(product.name)
  const memory = path.join(folder, 'written-files.json')
  const files = new ServerFiles({ product, publications, audit: stores.audit, memory })
  const runs: ProductRuns = new ProductRuns({
    product,
    stores,
    publications,
    lease,
    pull: async progress => [
      ...(await pullAll(product, options, landing, progress)),
      ...(await subscriptions.problems()),
    ],
    inputs: () => inputsOf(product, landing),
    runPipeline,
    writeFiles: () => files.write(),
    inputFile: path.join(folder, 'input.duckdb'),
    quarantineFolder,
    rows: tables =>
      databaseUrl ? { kind: 'mysql', url: productDatabaseUrl(databaseUrl, product.name), tables } : { kind: 'sqlite' },
    limits: { ...LIMITS, ...options.limits },
    hidden,
    finished: run => metrics.ran(run),
    log,
  })

  const subscriptions = await subscribe({
    ...{ product, landing, log },
    arrived: port => runs.automatic.soon(`input ${port}`),
  })
  opened.push(subscriptions)

  // Management ports.
  const managed: management.ManagedProduct = {
    product,
    address: addressOf(product),
    stores,
    publications,
    models: () => runs.models(),
    async startRun(trigger) {
      const { id, info } = runs.begin(trigger)
      info.catch(error => log({ level: 'error', message: 'A run could not be recorded.', error: String(error) }))
      return { id, finished: info }
    },
    dryRun: (models, model, withoutValues) => runs.dryRun(models, model, withoutValues),
    quarantine: async (port, limit) => (await readQuarantine(quarantineFolder, port, { limit })).rows,
    arrival: port => (isSubscribed(port) ? 'messages' : isSent(port) ? 'pushed' : 'pulled'),
    holds,
    stillDecided: async asking => stillDecided(asking, await policy.current()),
    policyChanged: () => policy.changed(),
    standingProblems: () => runs.drift(),
    metrics: () => metrics.text(),
    onPublication: listener => publications.onCommit(listener),
    onRun: listener => runs.onEvent(listener),
  }
  const control = new management.ControlPort(managed)
  const observability = new management.ObservabilityPort(managed)
  const served = servedAs(product)
  const news = new management.PublicationNews(managed, served)

  // Output ports.
  const reading = { product: product.name, publications, audit: stores.audit, servedAs: served }
  const graph = productGraph<GraphContext>(product, {
    ...dataResolvers,
    product: async (context, samples) => management.describeProduct(managed, await askingOf(context), samples),
    control: controlResolvers(control),
    extension: context => extensionContext(product, context),
    audit: (filter, context) => observability.audit(filter, context),
    grants: context => control.grants(context),
  })
  if (broken(graph.problems)) return { problems: graph.problems }
  // From here on the folder is in force.
  await management.settleOverlays(managed)
  await stores.security.replaceDeclared(declaredGrants(product, await deployedAt(product, stores.metadata)))
  const graphql = await openGraphqlPort(product, {
    ...reading,
    schema: graph.schema,
    open: () => policy.isOpen(),
    ...(options.graphLimits ? { limits: options.graphLimits } : {}),
    log,
  })
  const downloads = openFilesPort(product, reading)
  opened.push(runs, graphql, downloads)

  const verifier = new IdentityVerifier(options.trust, product.name)
  const admitted = (token: string | undefined) => admit(token, verifier, () => policy.current())
  const pushes: PushParts = {
    product,
    landing,
    examineParquet,
    audit: stores.audit,
    arrived: port => runs.automatic.soon(`input ${port}`),
    withdrawn(port, sha256) {
      const erased = runs.between(async () => {
        await erase(landing, port, sha256)
        await forgetQuarantine(quarantineFolder, { port, sha256 })
      })
      erased.catch(error => log({ level: 'error', message: 'A withdrawn file is still there.', error: String(error) }))
      runs.automatic.soon(`withdrawn from ${port}`)
    },
  }
  const routes = productRoutes({
    managed,
    admit: admitted,
    introduced: async token => token !== undefined && verifier.isIntroduction(token),
    policy: () => policy.current(),
    news: () => news.stream(),
    graphql,
    files: downloads,
    receive: pushInto(pushes),
    withdraw: withdrawFrom(pushes),
    management: asking => management.managementRoutes(control, observability, asking),
    discovery: {
      describe: asking => management.describeProduct(managed, asking),
      page: async asking => management.productPage(await management.describeProduct(managed, asking)),
      descriptor: ({ decision }) => management.descriptorFor(product, decision),
      contract: (name, { decision }) => {
        const dataset = product.datasets.find(each => each.name === name && decision.datasets[name]?.discover)
        return dataset && management.contractFor(product, dataset.contract, decision)
      },
      openApi: async asking => {
        const may = (action: 'control' | 'observe') => asking.decision.actions.includes(action)
        const info = await management.describeProduct(managed, asking, false)
        return openApiOfProduct(info, { control: may('control'), observe: may('observe') })
      },
    },
    unready: async () =>
      (await publications.current()) === undefined ? `${product.name} has not published yet.` : undefined,
    metrics,
    log,
  })

  const stopMetrics = publications.onCommit(number => metrics.published(number))
  const before = await publications.current()
  if (before !== undefined) metrics.published(before)
  const poll = pollSecondsOf(product, options.pollSeconds ?? 0)
  const timer = poll > 0 ? setInterval(() => runs.automatic.soon('poll'), poll * 1000).unref() : undefined

  return {
    problems: await runs.drift(),
    product: {
      product,
      address: addressOf(product),
      fetch: async request => routes.fetch(request),
      async execute(request) {
        const started = performance.now()
        try {
          const asked = await admitted(request.headers[IDENTITY_HEADER])
          return await traced(product.name, request.headers, () => graphql.execute(request, asked))
        } catch (error) {
          return { errors: [graphErrorOf(error, product.name, log)] }
        } finally {
          metrics.answered('graphql', 200, (performance.now() - started) / 1000)
        }
      },
      sdl: () => graph.sdl,
      run: (trigger, onProgress) => runs.run(trigger, onProgress),
      holdRuns: () => runs.automatic.hold(),
      upstreamPublished: () => runs.automatic.soon('upstream'),
      onPublication: listener => publications.onCommit(publication => listener({ product: product.name, publication })),
      quarantine: async (port, limit) =>
        product.inputPorts.some(({ name }) => name === port) ? managed.quarantine(port, limit) : [],
      describe: () => management.describeProduct(managed, ownerOf(product), false),
      async close() {
        clearInterval(timer)
        stopMetrics()
        // Sources and runs first, stores and the lease last: whatever still writes finds its store open.
        for (const each of [subscriptions, observability, news, runs, graphql, downloads, publications, stores, lease])
          await each.close()
      },
    },
  }
}

/** When what is in the folder came into force: a start without changes is no deploy. */
async function deployedAt(product: Product, metadata: Stores['metadata']): Promise<string> {
  const contracts = outputContracts(product).map(contract => redact(contract.document))
  const documents = { product: product.document, contracts }
  const sha256 = createHash('sha256')
    .update(JSON.stringify([documents, product.models]))
    .digest('hex')
  if ((await metadata.deployed())?.sha256 !== sha256) await metadata.setDeployed(sha256, documents)
  return (await metadata.deployed())!.at
}

async function pullAll(
  product: Product,
  options: DataProductOptions,
  landing: Landing,
  progress: (step: string, detail?: string) => void,
): Promise<Problem[]> {
  const problems: Problem[] = []
  const reach = { folder: options.folder, ...(options.mesh ? { mesh: options.mesh } : {}) }
  for (const port of product.inputPorts.filter(each => !isSent(each))) {
    progress('pull', port.name)
    const opened = await openConnector(port, reach)
    problems.push(...opened.problems)
    if (!opened.connector) continue
    try {
      problems.push(...(await pull(port.name, opened.connector, landing)).problems)
    } finally {
      await opened.connector.close()
    }
  }
  return problems
}

function inputsOf(product: Product, landing: Landing) {
  return Promise.all(
    product.inputPorts.map(async port => {
      const { name, source } = port
      const pushed = isSent(port)
      const files = await inputFiles(name, pushed ? 'pushed' : 'pulled', landing)
      if (source.kind === 'product') return { port: name, files }
      const { datasets } = source.contract
      return { port: name, pushed, files, dataset: datasets.find(each => each.name === name) ?? datasets[0]! }
    }),
  )
}

function controlResolvers(control: management.ControlPort) {
  return {
    run: (context: GraphContext) => control.run(context),
    putModel: (model: string, sql: string, dryRun: boolean, context: GraphContext) =>
      control.putModel(model, sql, dryRun, context),
    resetModel: (model: string, context: GraphContext) => control.resetModel(model, context),
    putGrant: async (grant: Parameters<management.ControlPort['putGrant']>[0], context: GraphContext) => {
      const done = await control.putGrant(grant, context)
      if (done.grant) return done.grant
      throw new Refusal('BAD_USER_INPUT', done.problems.map(each => `${each.message} ${each.hint}`).join(' '), {
        problems: done.problems,
      })
    },
    revokeGrant: (id: string, context: GraphContext) => control.revokeGrant(id, context),
  }
}

/** Discovery reads the publication that its request is on; before the first there is none. */
async function askingOf({ caller, decision, reading }: GraphContext): Promise<management.Asking> {
  return { caller, decision, ...(reading.publication === undefined ? {} : { pin: await reading.pin() }) }
}

/** Sees that everything exists and reads no data: what a catalogue may be told. */
function ownerOf(product: Product): management.Asking {
  const datasets = Object.fromEntries(
    product.datasets.map(dataset => [
      dataset.name,
      {
        discover: true,
        // Whoever runs the product may count its rows; it reads none of them here.
        read: true,
        properties: Object.fromEntries(
          dataset.properties.map(property => [property.name, { discover: true, read: false as const }]),
        ),
      },
    ]),
  )
  return {
    caller: { subject: `product:${product.name}`, authenticated: true, roles: [], scopes: [] },
    decision: { product: product.name, policyVersion: '', discover: true, actions: [], datasets, fingerprint: '' },
  }
}

const broken = (problems: Problem[]) => problems.some(each => each.severity === 'error')
