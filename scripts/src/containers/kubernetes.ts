import { type Contained, GENERATED } from './contained.js'

const SECONDS_TO_END = 40

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
  TERRANE_POLL_SECONDS: "15"
  TERRANE_SOURCES: /var/lib/terrane/sources
---
# The source files that products pull, shared and read by them; the demo's are written by the job demo-data.
${claim('sources', 'ReadWriteMany', '10Gi')}`,
    'k8s/base/gateway.yaml': GENERATED + gateway(names),
    'k8s/base/demo-data.yaml': GENERATED + demoData(),
    'k8s/base/network-policies.yaml': GENERATED + networkPolicies(),
    ...Object.fromEntries(names.map(name => [`k8s/base/products/${name}.yaml`, GENERATED + product(name)])),
    'k8s/overlays/mysql/kustomization.yaml': `${GENERATED}# The database is yours: the secret "database" names it in TERRANE_DATABASE_URL. docs/deploy.md
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: terrane
labels:
  - pairs: { app.kubernetes.io/part-of: terrane }
resources:
  - ../../base
  - gateway.yaml
$names.map(name => `  - products/${name}.yaml\n`).join('')patches:
  # Replicas share what a StatefulSet keeps to itself.
  - target: kind: StatefulSet 
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
    'k8s/overlays/mysql/gateway.yaml': GENERATED + scaled('gateway', gatewayArguments(names), 2, true),
    ...Object.fromEntries(
      names.map(name => [
        `k8s/overlays/mysql/products/$name.yaml`,
        GENERATED + scaled(name, ['serve', `subgraphs/$name`], 2, false),
      ]),
    ),
  }
}

const gatewayArguments = (names: string[]) => [
  'gateway',
  '--demo',
  ...names.flatMap(name => ['--product', `http://${name}:4000`]),
]

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
${statefulSet('gateway', gatewayArguments(names), true)}`
}

const product = (name: string) =>
  `${service(name, true)}---\n${statefulSet(name, ['serve', `subgraphs/${name}`], false)}`

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

const statefulSet = (name: string, args: string[], isGateway: boolean) => `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: ${name}
spec:
  # SQLite and DuckDB files have one process.
  replicas: 1
  serviceName: ${name}
  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
  template:
${pod(name, args, isGateway)}  volumeClaimTemplates:
    - metadata:
        name: home
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: ${isGateway ? '1Gi' : '20Gi'} } }
`

/** Replicas share a home: landed files and the columns of publications are files also where rows are in MySQL. */
const scaled = (name: string, args: string[], replicas: number, isGateway: boolean) => `${claim(
  `${name}-home`,
  'ReadWriteMany',
  isGateway ? '1Gi' : '20Gi',
)}---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
  template:
${pod(name, args, isGateway, `${name}-home`)}---
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

function pod(name: string, args: string[], isGateway: boolean, sharedHome?: string): string {
  const secret = `${name}-secrets`
  return `    metadata:
      labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/component: ${isGateway ? 'gateway' : 'product'} }
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
            - { name: PORT, value: "4000" }
${isGateway ? '            - { name: TERRANE_PUBLIC_URL, value: "http://terrane.example" }\n' : ''}          envFrom:
${isGateway ? '' : '            - configMapRef: { name: product-settings }\n'}            - secretRef: { name: ${secret} }
${sharedHome ? '            - secretRef: { name: database }\n' : ''}          ports:
            - { name: http, containerPort: 4000 }
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
            requests: { cpu: ${isGateway ? '250m' : '100m'}, memory: ${isGateway ? '384Mi' : '256Mi'} }
            limits: { memory: ${isGateway ? '1Gi' : '2Gi'} }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          volumeMounts:
            - { name: home, mountPath: /var/lib/terrane }
${isGateway ? '' : '            - { name: sources, mountPath: /var/lib/terrane/sources, readOnly: true }\n'}            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: tmp, emptyDir: {} }
${isGateway ? '' : '        - { name: sources, persistentVolumeClaim: { claimName: sources } }\n'}${sharedHome ? `        - { name: home, persistentVolumeClaim: { claimName: ${sharedHome} } }\n` : ''}`
}

const demoData = () => `# The demo's source files, and what its tills push. Without the demo: leave it out.
apiVersion: batch/v1
kind: Job
metadata:
  name: demo-data
spec:
  backoffLimit: 6
  template:
    metadata:
      labels: { app.kubernetes.io/name: demo-data, app.kubernetes.io/component: demo-data }
    spec:
      automountServiceAccountToken: false
      restartPolicy: OnFailure
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: demo-data
          image: terrane
          args: ["demo-data"]
          env:
            - { name: TERRANE_MESH_URL, value: "http://gateway:4000" }
          resources:
            requests: { cpu: 100m, memory: 256Mi }
            limits: { memory: 1Gi }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          volumeMounts:
            - { name: sources, mountPath: /var/lib/terrane/sources }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: sources, persistentVolumeClaim: { claimName: sources } }
        - { name: tmp, emptyDir: {} }
`

/** Nobody reaches anybody but: all who may come in the gateway, and the gateway the products. */
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
`

const claim = (name: string, mode: string, size: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
spec:
  accessModes: [${mode}]
  resources: { requests: { storage: ${size} } }
`
