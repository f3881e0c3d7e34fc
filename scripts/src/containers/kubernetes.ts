import { type Contained, GENERATED } from './contained.js'

const SECONDS_TO_END = 40
/** Where Prometheus finds the exporters of OpenTelemetry, too. */
const METRICS_PORT = '9464'

/**
 * `k8s/base`: the mesh with embedded stores, a StatefulSet of one replica for the gateway and for each product.
 * `k8s/overlays/mysql`: the same with rows and stores in MySQL, as Deployments with replicas.
 */
export function kubernetesFiles(products: Contained[]): Record<string, string> {
  const names = products.map(({ name }) => name)
  return {
    'k8s/base/kustomization.yaml': `${GENERATED}apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: terrane
labels:
  - pairs: { app.kubernetes.io/part-of: terrane }
resources:
  - namespace.yaml
  - settings.yaml
  - gateway.yaml
  - demo-data.yaml
  - network-policies.yaml
${names.map(name => `  - products/${name}.yaml\n`).join('')}images:
  - name: terrane
    newTag: local
`,
    'k8s/base/namespace.yaml': `${GENERATED}apiVersion: v1
kind: Namespace
metadata:
  name: terrane
  labels:
    pod-security.kubernetes.io/enforce: restricted
`,
    'k8s/base/settings.yaml': `${GENERATED}apiVersion: v1
kind: ConfigMap
metadata:
  name: product-settings
data:
  TERRANE_MESH_URL: http://gateway:4000
  TERRANE_POLL_SECONDS: "5"
  TERRANE_SOURCES: /demo/sources
---
# The source files that products pull, shared and read by them; the demo's are written by demo-data.
${claim('demo', 'ReadWriteMany', '10Gi')}`,
    'k8s/base/gateway.yaml': GENERATED + gateway(names),
    'k8s/base/demo-data.yaml': GENERATED + demoData(),
    'k8s/base/network-policies.yaml': GENERATED + networkPolicies(),
    ...Object.fromEntries(products.map(one => [`k8s/base/products/${one.name}.yaml`, GENERATED + product(one)])),
    'k8s/overlays/mysql/kustomization.yaml': `${GENERATED}# The database is yours: the secret "database" names it in TERRANE_DATABASE_URL. docs/deploy.md
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: terrane
labels:
  - pairs: { app.kubernetes.io/part-of: terrane }
resources:
  - ../../base
  - gateway.yaml
${names.map(name => `  - products/${name}.yaml\n`).join('')}patches:
  # Replicas share what a StatefulSet keeps to itself.
  - target: { kind: StatefulSet }
    patch: |
      $patch: delete
      apiVersion: apps/v1
      kind: StatefulSet
      metadata:
        name: any
images:
  - name: terrane
    newTag: local
`,
    'k8s/overlays/mysql/gateway.yaml': GENERATED + scaled(gatewayWorkload(names)),
    ...Object.fromEntries(
      products.map(one => [`k8s/overlays/mysql/products/${one.name}.yaml`, GENERATED + scaled(workloadOf(one))]),
    ),
  }
}

/** What runs in a pod, whatever keeps it running. */
interface Workload {
  name: string
  args: string[]
  isGateway: boolean
  environment: Record<string, string>
  replicas: number
}

const gatewayWorkload = (names: string[]): Workload => ({
  name: 'gateway',
  args: ['gateway', '--demo', ...names.flatMap(name => ['--product', `http://${name}:4000`])],
  isGateway: true,
  environment: {
    PORT: '4000',
    TERRANE_METRICS: METRICS_PORT,
    TERRANE_PUBLIC_URL: 'http://terrane.example',
    // One serving process in a pod: pods are what the cluster counts, restarts, moves and scales (docs/deploy.md).
    TERRANE_WORKERS: '1',
    NODE_OPTIONS: '--max-semi-space-size=64 --max-old-space-size=640',
  },
  replicas: 2,
})

/** Of those that listen at a broker there is one: of two each would be sent what the other is not. */
const workloadOf = ({ name, environment, listens }: Contained): Workload => ({
  name,
  args: ['serve', `subgraphs/${name}`],
  isGateway: false,
  environment: { PORT: '4000', TERRANE_METRICS: METRICS_PORT, ...environment },
  replicas: listens ? 1 : 2,
})

function gateway(names: string[]): string {
  return `${service('gateway', false)}---
# An example: put your own host here, and TLS.
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: gateway
spec:
  rules:
    - host: terrane.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service: { name: gateway, port: { name: http } }
---
${statefulSet(gatewayWorkload(names))}`
}

const product = (one: Contained) => `${service(one.name, true)}---\n${statefulSet(workloadOf(one))}`

/** A product is met by the gateway before it has anything to publish, so it is found before it is ready. */
const service = (name: string, early: boolean) => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app.kubernetes.io/name: ${name} }
${early ? '  publishNotReadyAddresses: true\n' : ''}  ports:
    - { name: http, port: 4000, targetPort: http }
`

const statefulSet = (workload: Workload) => `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: ${workload.name}
spec:
  # SQLite and DuckDB files have one process.
  replicas: 1
  serviceName: ${workload.name}
  selector:
    matchLabels: { app.kubernetes.io/name: ${workload.name} }
  template:
${pod(workload)}  volumeClaimTemplates:
    - metadata:
        name: home
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: ${workload.isGateway ? '1Gi' : '20Gi'} } }
`

/** Replicas share a home: landed files and the columns of publications are files also where rows are in MySQL. */
function scaled(workload: Workload): string {
  const { name, replicas, isGateway } = workload
  return `${claim(`${name}-home`, 'ReadWriteMany', isGateway ? '1Gi' : '20Gi')}---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
${replicas === 1 ? '  strategy: { type: Recreate }\n' : ''}  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
  template:
${pod(workload, `${name}-home`)}${replicas === 1 ? '' : growing(workload)}`
}

const growing = ({ name, replicas, isGateway }: Workload) => `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${name}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} }
  minReplicas: ${replicas}
  maxReplicas: ${isGateway ? 8 : 4}
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${name}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
`

function pod({ name, args, isGateway, environment }: Workload, sharedHome?: string): string {
  const secret = `${name}-secrets`
  return `    metadata:
      labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/component: ${isGateway ? 'gateway' : 'product'} }
      annotations: { prometheus.io/scrape: "true", prometheus.io/port: "${METRICS_PORT}", prometheus.io/path: /metrics }
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: ${SECONDS_TO_END}
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: ${isGateway ? 'gateway' : 'product'}
          image: terrane
          args: [${args.map(one => JSON.stringify(one)).join(', ')}]
          env:
${Object.entries(environment)
  .map(([key, value]) => `            - { name: ${key}, value: ${JSON.stringify(value)} }\n`)
  .join('')}          envFrom:
${isGateway ? '' : '            - configMapRef: { name: product-settings }\n'}            - secretRef: { name: ${secret} }
${sharedHome ? '            - secretRef: { name: database }\n' : ''}          ports:
            - { name: http, containerPort: 4000 }
            - { name: metrics, containerPort: ${METRICS_PORT} }
          startupProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 2
            failureThreshold: 90
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            periodSeconds: 5
            timeoutSeconds: 5
          resources:
            requests: { cpu: ${isGateway ? '250m' : '100m'}, memory: ${isGateway ? '512Mi' : '256Mi'} }
            limits: { memory: ${isGateway ? '1536Mi' : '2Gi'} }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          volumeMounts:
            - { name: home, mountPath: /var/lib/terrane }
${isGateway ? '' : '            - { name: demo, mountPath: /demo, readOnly: true }\n'}            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: tmp, emptyDir: {} }
${isGateway ? '' : '        - { name: demo, persistentVolumeClaim: { claimName: demo } }\n'}${sharedHome ? `        - { name: home, persistentVolumeClaim: { claimName: ${sharedHome} } }\n` : ''}`
}

/** One: two would both be the broker. */
const demoData =
  () => `# The demo's source files, what its tills push, and the MQTT broker of India's. Without the demo: leave it out.
apiVersion: v1
kind: Service
metadata:
  name: demo-data
spec:
  selector: { app.kubernetes.io/name: demo-data }
  ports:
    - { name: mqtt, port: 1883, targetPort: mqtt }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo-data
spec:
  replicas: 1
  strategy: { type: Recreate }
  selector:
    matchLabels: { app.kubernetes.io/name: demo-data }
  template:
    metadata:
      labels: { app.kubernetes.io/name: demo-data, app.kubernetes.io/component: demo-data }
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: demo-data
          image: terrane
          args: ["demo-data", "--tills", "1883"]
          env:
            - { name: TERRANE_MESH_URL, value: "http://gateway:4000" }
          ports:
            - { name: mqtt, containerPort: 1883 }
          resources:
            requests: { cpu: 100m, memory: 256Mi }
            limits: { memory: 1Gi }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          volumeMounts:
            - { name: demo, mountPath: /var/lib/terrane }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: demo, persistentVolumeClaim: { claimName: demo } }
        - { name: tmp, emptyDir: {} }
`

/** Nobody reaches anybody but: all who may come in the gateway, the gateway the products, and monitoring what they count. */
const networkPolicies = () => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: nobody-in
spec:
  podSelector: {}
  policyTypes: [Ingress]
---
# Callers, through the Ingress, and products, which read one another through the gateway and never directly.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: into-the-gateway
spec:
  podSelector:
    matchLabels: { app.kubernetes.io/component: gateway }
  policyTypes: [Ingress]
  ingress:
    - ports: [{ protocol: TCP, port: http }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: from-the-gateway-into-products
spec:
  podSelector:
    matchLabels: { app.kubernetes.io/component: product }
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels: { app.kubernetes.io/component: gateway }
      ports: [{ protocol: TCP, port: http }]
---
# What they count is for monitoring, in a namespace of its own.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: from-monitoring-to-metrics
spec:
  podSelector:
    matchExpressions:
      - { key: app.kubernetes.io/component, operator: In, values: [gateway, product] }
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels: { kubernetes.io/metadata.name: monitoring }
      ports: [{ protocol: TCP, port: metrics }]
---
# Products that listen to the demo's tills call them; nobody else does.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: from-products-to-the-demo
spec:
  podSelector:
    matchLabels: { app.kubernetes.io/component: demo-data }
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels: { app.kubernetes.io/component: product }
      ports: [{ protocol: TCP, port: mqtt }]
`

const claim = (name: string, mode: string, size: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
spec:
  accessModes: [${mode}]
  resources: { requests: { storage: ${size} } }
`
