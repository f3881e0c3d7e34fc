import { type Contained, GENERATED } from './contained.js'

/** The mesh on one machine: gateway, each product by itself, MySQL for rows and stores. */
export function composeFile(products: Contained[]): string {
  return `${GENERATED}# First: npx terrane secrets secrets. Then: docker compose up --build. docs/deploy.md
x-terrane: &terrane
  image: terrane:\${TERRANE_VERSION:-local}
  restart: unless-stopped
  init: false
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  stop_grace_period: 30s

services:
  gateway:
    <<: *terrane
    build: .
    command:
      - gateway
      - --demo
${products.map(({ name }) => `      - --product\n      - http://${name}:4000\n`).join('')}    env_file: [secrets/gateway.env, secrets/database.env]
    environment:
      PORT: "4000"
      TERRANE_METRICS: "9464"
      TERRANE_PUBLIC_URL: \${TERRANE_PUBLIC_URL:-http://localhost:4000}
      # More than one takes TERRANE_ISSUER instead of --demo (docs/deploy.md).
      TERRANE_WORKERS: \${TERRANE_WORKERS:-1}
    ports: ["\${TERRANE_PORT:-4000}:4000"]
    volumes: [gateway:/var/lib/terrane]
    networks: [mesh, database]
    depends_on:
      mysql: { condition: service_healthy }
    healthcheck:
      test: [CMD, node, -e, "fetch('http://127.0.0.1:4000/healthz').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
      interval: 10s
      timeout: 5s
      retries: 12
      start_period: 60s

${products.map(service).join('\n')}
  # The demo's source files, what its tills push, and the MQTT broker of India's. Without the demo: leave it out.
  demo-data:
    <<: *terrane
    command: [demo-data, --tills, "1883"]
    environment:
      TERRANE_MESH_URL: http://gateway:4000
    expose: ["1883"]
    volumes: [demo:/var/lib/terrane]
    networks: [mesh]
    depends_on:
      gateway: { condition: service_healthy }
    healthcheck:
      disable: true

  mysql:
    image: mysql:8.4
    restart: unless-stopped
    command: [--max-connections=500]
    env_file: [secrets/mysql.env]
    volumes:
      - mysql:/var/lib/mysql
      - ./docker/mysql-grants.sql:/docker-entrypoint-initdb.d/grants.sql:ro
    networks: [database]
    healthcheck:
      test: [CMD-SHELL, 'mysqladmin ping --silent --host 127.0.0.1 --user root --password="$$MYSQL_ROOT_PASSWORD"']
      interval: 10s
      timeout: 5s
      retries: 12
      start_period: 60s

networks:
  mesh:
  database:
    internal: true

volumes:
  gateway:
  demo:
  mysql:
${products.map(({ name }) => `  ${name}:\n`).join('')}`
}

const service = ({ name, environment }: Contained) => `  ${name}:
    <<: *terrane
    command: [serve, subgraphs/${name}]
    env_file: [secrets/${name}.env, secrets/database.env]
    environment:
      PORT: "4000"
      TERRANE_METRICS: "9464"
      TERRANE_MESH_URL: http://gateway:4000
      TERRANE_POLL_SECONDS: "5"
      TERRANE_SOURCES: /demo/sources
${Object.entries(environment)
  .map(([key, value]) => `      ${key}: "${value}"\n`)
  .join('')}    expose: ["4000"]
    volumes:
      - ${name}:/var/lib/terrane
      - demo:/demo:ro
    networks: [mesh, database]
    depends_on:
      gateway: { condition: service_healthy }
      mysql: { condition: service_healthy }
    healthcheck:
      test: [CMD, node, -e, "fetch('http://127.0.0.1:4000/healthz').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
      interval: 10s
      timeout: 5s
      retries: 12
      start_period: 60s
`
