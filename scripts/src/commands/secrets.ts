import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { WORKSPACE } from '../configuration.js'
import { productFoldersIn, readProducts } from '../product-folders.js'
import { Terminal } from '../terminal.js'

interface Options {
  databaseHost: string
  json?: boolean
}

export function secrets(terrane: Command): void {
  terrane
    .command('secrets')
    .argument('<folder>', 'where the files go; what is there already stays as it is')
    .option('--database-host <host>', 'where MySQL answers', 'mysql')
    .option('--json', 'print which files were written as JSON')
    .description(
      'Make the secrets that containers are handed: one file of variables each for gateway, products and MySQL.',
    )
    .action(async (folder: string, { databaseHost, json = false }: Options) => {
      const terminal = new Terminal(json)
      const found = await readProducts(productFoldersIn(path.join(WORKSPACE, 'subgraphs')))
      const names = found.flatMap(({ product }) => (product ? [product.name] : []))
      const written = await writeSecrets(folder, names, databaseHost)
      terminal.facts({ folder: path.resolve(folder), written })
      for (const file of written) terminal.step('done', path.join(folder, file))
      if (written.length === 0) terminal.step('done', `${folder} has them all`)
    })
}

/** Writes those that are missing, so that a new product gets its own and nobody else another. Their names. */
export async function writeSecrets(
  folder: string,
  products: readonly string[],
  databaseHost: string,
): Promise<string[]> {
  const { clientSecret } = await import('@terrane/gateway/authentication')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const written: string[] = []
  const put = (name: string, made: () => Record<string, string>): Record<string, string> => {
    const file = path.join(folder, name)
    if (existsSync(file)) return variablesIn(file)
    const variables = made()
    const lines = Object.entries(variables).map(([key, value]) => `${key}=${value}\n`)
    writeFileSync(file, lines.join(''), { mode: 0o600, flag: 'wx' })
    written.push(name)
    return variables
  }
  const mysql = put('mysql.env', () => ({
    MYSQL_ROOT_PASSWORD: secret(),
    MYSQL_USER: 'terrane',
    MYSQL_PASSWORD: secret(),
    MYSQL_DATABASE: 'terrane',
  }))
  put('database.env', () => ({
    TERRANE_DATABASE_URL: `mysql://${mysql.MYSQL_USER}:${mysql.MYSQL_PASSWORD}@${databaseHost}:3306/${mysql.MYSQL_DATABASE}`,
  }))
  const gateway = put('gateway.env', () => ({ TERRANE_CLIENT_SEED: secret() }))
  for (const name of products)
    put(`${name}.env`, () => ({
      TERRANE_CLIENT_SECRET: clientSecret({ clientSeed: gateway.TERRANE_CLIENT_SEED! }, `product:${name}`),
    }))
  return written
}

function variablesIn(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

/** Letters, digits, `-` and `_`: nothing that a URL or an env file would read otherwise. */
const secret = () => randomBytes(32).toString('base64url')
