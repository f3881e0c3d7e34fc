import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { commandLine, containerFiles, writeSecrets } from '@terrane/scripts'
import { parse, parseAllDocuments } from 'yaml'
import { ROOT } from '../scenarios/processes/processes.js'

/** What the containers' files name exists in the code, every product is in them, and they hold no secret. */

interface Service {
  command: string[]
  image?: string
  environment?: Record<string, string>
  env_file?: string[]
  volumes?: string[]
  networks?: string[]
  read_only?: boolean
}
interface Manifest {
  kind: string
  metadata: { name: string }
  // biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds are looked into
  spec: any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  [more: string]: any
}

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')
const has = (program: string) => spawnSync(program, ['version'], { stdio: 'ignore' }).error === undefined
const PRODUCTS = readdirSync(path.join(ROOT, 'subgraphs')).filter(name =>
  existsSync(path.join(ROOT, 'subgraphs', name, 'product.odps.yaml')),
)
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> }
const ours = Object.entries(compose.services).filter(([name]) => name !== 'mysql')
const inFolder = (folder: string): Manifest[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.yaml') && !name.endsWith('kustomization.yaml'))
    .flatMap(name => parseAllDocuments(read(path.join(folder, name))).map(one => one.toJS() as Manifest))
const base = inFolder('k8s/base')
const overlay = inFolder('k8s/overlays/mysql')
const pods = [...base, ...overlay].filter(({ kind }) => ['StatefulSet', 'Deployment'].includes(kind))
const containers = pods.flatMap(({ spec }) => spec.template.spec.containers as Record<string, unknown>[])

test('the files are what the template makes of the folders of today', async () => {
  const made = await containerFiles()
  for (const [file, text] of Object.entries(made)) expect([file, read(file)]).toEqual([file, text])
  const written = readdirSync(path.join(ROOT, 'k8s'), { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(path.join(ROOT, 'k8s', name)).isFile())
    .map(name => path.join('k8s', name))
  expect(written.filter(name => !(name in made))).toEqual([])
})

test('a gateway of a pod may take what is told of it', () => {
  const [, gibibytes] = /^heap.* `k8s\/` sets that, and ([\d.]+) GiB\./m.exec(read('docs/deploy.md'))!
  const gateways = pods.filter(({ metadata }) => metadata.name === 'gateway')
  const limits = gateways.map(({ spec }) => spec.template.spec.containers[0].resources.limits.memory)
  expect(limits).toEqual(Array(2).fill(`${Number(gibibytes) * 1024}Mi`))
})

test('no product is missing anywhere', () => {
  expect(PRODUCTS.length).toBeGreaterThan(3)
  const served = (args: string[]) => (args[0] === 'serve' ? [args[1]!.replace('subgraphs/', '')] : [])
  const namesOf = (all: string[][]) => all.flatMap(served).sort()
  expect(namesOf(ours.map(([, { command }]) => command))).toEqual(PRODUCTS)
  for (const manifests of [base, overlay]) {
    const workloads = manifests.filter(({ kind }) => ['StatefulSet', 'Deployment'].includes(kind))
    expect(namesOf(workloads.map(({ spec }) => spec.template.spec.containers[0].args))).toEqual(PRODUCTS)
  }
  const gateways = [
    compose.services.gateway!.command,
    ...pods.filter(one => one.metadata.name === 'gateway').map(one => one.spec.template.spec.containers[0].args),
  ]
  expect(gateways).toHaveLength(3)
  for (const args of gateways)
    expect(args.filter((arg: string) => arg.startsWith('http')).sort()).toEqual(
      PRODUCTS.map(name => `http://${name}:4000`),
    )
})

test('every command, with its options, is one of the command line', async () => {
  const all = [...ours.map(([, { command }]) => command), ...containers.map(one => one.args as string[])]
  expect(all.length).toBeGreaterThan(20)
  const known = commandLine().commands
  for (const [name, ...args] of all) {
    const command = known.find(one => one.name() === name)
    expect([name, command?.name()]).toEqual([name, name])
    for (const option of args.filter(arg => arg.startsWith('--')))
      expect([option, command!.options.map(({ long }) => long)]).toEqual([option, expect.arrayContaining([option])])
    for (const folder of args.filter(arg => arg.startsWith('subgraphs/')))
      expect([folder, existsSync(path.join(ROOT, folder, 'product.odps.yaml'))]).toEqual([folder, true])
  }
})

test('every variable is read by the code or by a contract', () => {
  const sources = [
    read('scripts/src/configuration.ts'),
    read('scripts/bin/process.js'),
    read('scripts/src/terminal.ts'),
    ...readdirSync(path.join(ROOT, 'subgraphs'), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.odcs.yaml') && !name.includes('node_modules'))
      .map(name => read(path.join('subgraphs', name))),
    read('gateway/src/without-apollo-telemetry.ts'),
  ].join('\n')
  const dockerfile = [...read('Dockerfile').matchAll(/\b([A-Z][A-Z_]+)=/g)].map(([, name]) => name!)
  const composed = ours.flatMap(([, { environment }]) => Object.keys(environment ?? {}))
  const deployed = containers.flatMap(one => ((one.env ?? []) as { name: string }[]).map(({ name }) => name))
  const settings = base.filter(({ kind }) => kind === 'ConfigMap').flatMap(({ data }) => Object.keys(data))
  const ofOthers = ['SCARF_ANALYTICS', 'NODE_OPTIONS']
  const named = [...new Set([...dockerfile, ...composed, ...deployed, ...settings])].filter(
    name => !ofOthers.includes(name),
  )
  expect(named.length).toBeGreaterThan(8)
  expect(named.filter(name => !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([])
})

test('every path that is copied, mounted or probed is there', () => {
  const stages = read('Dockerfile')
    .split(/^FROM /m)
    .slice(1)
  expect(stages).toHaveLength(2)
  const copied = stages[0]!.matchAll(/^COPY (.+) \S+$/gm)
  const missing = [...copied].flatMap(([, from]) => from!.split(' ')).filter(name => !existsSync(path.join(ROOT, name)))
  expect(missing).toEqual([])
  // What the second stage takes over is what the first copied or built.
  const taken = [...stages[1]!.matchAll(/^COPY --from=build \/terrane\/(\S+) /gm)].map(([, name]) => name!)
  expect(taken.length).toBeGreaterThan(8)
  expect(taken.filter(name => !/dist$/.test(name) && !existsSync(path.join(ROOT, name)))).toEqual([])
  const ignored = read('.dockerignore').split('\n')
  for (const name of ['package.json', 'schema', 'subgraphs', 'gateway', 'marketplace', 'scripts'])
    expect(ignored).toContain(`!${name}`)
  expect(ignored).toEqual(expect.arrayContaining(['**', '**/node_modules', '**/*.env']))

  const probes = containers.flatMap(one =>
    ['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap(name => one[name] ?? []),
  ) as {
    httpGet: { path: string; port: string }
  }[]
  expect(new Set(probes.map(({ httpGet }) => httpGet.path))).toEqual(new Set(['/healthz', '/readyz']))
  const mounted = ours.flatMap(([, { volumes }]) => volumes ?? []).filter(one => one.startsWith('./'))
  for (const one of mounted) expect(existsSync(path.join(ROOT, one.split(':')[0]!))).toBe(true)
  for (const { env_file = [] } of Object.values(compose.services))
    for (const file of env_file) expect(file).toMatch(/^secrets\//)
})

test('nobody is root, nothing is written beside the volumes, and no secret stands in a file', () => {
  expect(read('Dockerfile')).toMatch(/^USER 1000:1000$/m)
  for (const [name, service] of ours) expect([name, service.read_only]).toEqual([name, true])
  for (const { spec } of pods) {
    expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    expect(spec.template.spec.automountServiceAccountToken).toBe(false)
    for (const one of spec.template.spec.containers) {
      expect(one.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(one.resources).toMatchObject({
        requests: { cpu: expect.anything() },
        limits: { memory: expect.anything() },
      })
    }
  }
  expect([...base, ...overlay].filter(({ kind }) => kind === 'Secret')).toEqual([])
  const text = [read('docker-compose.yml'), JSON.stringify([...base, ...overlay]), read('Dockerfile')].join('\n')
  expect(text).not.toMatch(/mysql:\/\/|PASSWORD(=|: ?)["']?[\w-]{4,}|CLIENT_SECRET|CLIENT_SEED/)
  expect(spawnSync('git', ['check-ignore', 'secrets/gateway.env'], { cwd: ROOT }).status).toBe(0)
})

test('only the gateway reaches the products, and who keeps files of its own is one', () => {
  const policies = base.filter(({ kind }) => kind === 'NetworkPolicy')
  const [all] = policies.filter(({ spec }) => Object.keys(spec.podSelector).length === 0)
  expect(all!.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress'] })
  const into = policies.filter(
    ({ spec }) => spec.podSelector.matchLabels?.['app.kubernetes.io/component'] === 'product',
  )
  expect(into).toHaveLength(1)
  expect(into[0]!.spec.ingress).toEqual([
    {
      from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } } }],
      ports: [{ protocol: 'TCP', port: 'http' }],
    },
  ])
  // Metrics are at an address of their own, which callers do not reach.
  const gateway = policies.filter(
    ({ spec }) => spec.podSelector.matchLabels?.['app.kubernetes.io/component'] === 'gateway',
  )
  expect(gateway.map(({ spec }) => spec.ingress)).toEqual([[{ ports: [{ protocol: 'TCP', port: 'http' }] }]])
  const toMetrics = policies.filter(({ spec }) => JSON.stringify(spec).includes('"port":"metrics"'))
  expect(toMetrics.map(({ spec }) => spec.ingress)).toEqual([
    [
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ protocol: 'TCP', port: 'metrics' }],
      },
    ],
  ])
  expect(JSON.stringify([...base, ...overlay].filter(({ kind }) => /Service|Ingress/.test(kind)))).not.toContain('9464')
  for (const { kind, spec } of base) if (kind === 'StatefulSet') expect(spec.replicas).toBe(1)
  const published = Object.entries(compose.services).filter(([, service]) => 'ports' in service)
  expect(published.map(([name]) => name)).toEqual(['gateway'])
  // In MySQL mode whatever is kept is where every replica finds it.
  for (const { kind, spec } of overlay)
    if (kind === 'Deployment' && spec.replicas > 1)
      expect(spec.template.spec.containers[0].envFrom).toContainEqual({ secretRef: { name: 'database' } })
})

test('monitoring asks every process of the mesh where it tells its metrics', () => {
  const { scrape_configs: jobs } = parse(read('docker/monitoring/prometheus.yaml'))
  const asked = JSON.stringify(jobs)
  for (const name of PRODUCTS) expect(asked).toContain(`"${name}:9464"`)
  expect(jobs[0].dns_sd_configs).toEqual([{ names: ['gateway'], type: 'A', port: 9464 }])
  for (const [name, { environment }] of ours)
    if (name !== 'demo-data') expect([name, environment!.TERRANE_METRICS]).toEqual([name, '9464'])
  const { services } = parse(read('docker/monitoring/docker-compose.yml')) as { services: Record<string, Service> }
  for (const one of Object.values(services).flatMap(({ volumes }) => volumes ?? []))
    expect(existsSync(path.join(ROOT, one.split(':')[0]!))).toBe(true)
  const { groups } = parse(read('docker/monitoring/alerts.yaml'))
  for (const { alert, expr } of groups[0].rules) expect([alert, typeof expr]).toEqual([alert, 'string'])
})

const withCompose = has('docker-compose') ? test : skipLoudly('docker-compose')
const withKubectl = hasKustomize() ? test : skipLoudly('kubectl 1.24 or newer')

/** Older ones know neither `labels` nor patches by target. */
function hasKustomize(): boolean {
  const { stdout } = spawnSync('kubectl', ['version', '--client', '--output', 'json'], { encoding: 'utf8' })
  const [, major, minor] = /"major": "(\d+)",\s+"minor": "(\d+)/.exec(stdout ?? '') ?? []
  return Number(major) > 1 || Number(minor) >= 24
}

function skipLoudly(program: string) {
  console.warn(`There is no ${program}: its files are NOT held against it.`)
  return test.skip
}

withCompose('docker-compose takes its file', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'terrane-compose-'))
  try {
    cpSync(path.join(ROOT, 'docker-compose.yml'), path.join(folder, 'docker-compose.yml'))
    await writeSecrets(path.join(folder, 'secrets'), PRODUCTS, 'mysql')
    const services = execFileSync('docker-compose', ['config', '--services'], { cwd: folder, encoding: 'utf8' })
    expect(services.trim().split('\n').sort()).toEqual([...PRODUCTS, 'demo-data', 'gateway', 'mysql'].sort())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

withKubectl.each([
  ['k8s/base', { StatefulSet: PRODUCTS.length + 1, Deployment: 1 }],
  ['k8s/overlays/mysql', { StatefulSet: 0, Deployment: PRODUCTS.length + 2 }],
])('kubectl builds %s', (folder, counts) => {
  const built = execFileSync('kubectl', ['kustomize', path.join(ROOT, folder)], { encoding: 'utf8' })
  const manifests = parseAllDocuments(built).map(one => one.toJS() as Manifest)
  for (const [kind, count] of Object.entries(counts))
    expect([kind, manifests.filter(one => one.kind === kind).length]).toEqual([kind, count])
  expect(manifests.every(({ kind, metadata }) => kind === 'Namespace' || 'namespace' in metadata)).toBe(true)
  // Every name that a pod refers to is made here, secrets apart, which are made by hand.
  const made = (kind: string) => manifests.filter(one => one.kind === kind).map(({ metadata }) => metadata.name)
  const specs = manifests.filter(({ kind }) => /^(StatefulSet|Deployment)$/.test(kind)).map(({ spec }) => spec)
  const claims = specs
    .flatMap(spec => spec.template.spec.volumes)
    .flatMap(one => one.persistentVolumeClaim?.claimName ?? [])
  expect(claims.filter((name: string) => !made('PersistentVolumeClaim').includes(name))).toEqual([])
  const maps = specs
    .flatMap(spec => spec.template.spec.containers[0].envFrom ?? [])
    .flatMap(one => one.configMapRef?.name ?? [])
  expect(maps.filter((name: string) => !made('ConfigMap').includes(name))).toEqual([])
})
