import 'reflect-metadata'
import path from 'node:path'
import type { Product } from '@terrane/schema'
import { WORKSPACE } from '../configuration.js'
import { inStepsDownstream, productFoldersIn, readProducts } from '../product-folders.js'
import { CommandFailure, Exit } from '../terminal.js'
import { composeFile } from './compose.js'
import type { Contained } from './contained.js'
import { kubernetesFiles } from './kubernetes.js'

/** `docker-compose.yml` and `k8s/`, by path: one template for each product of `subgraphs/`, so that none is missing. */
export async function containerFiles(): Promise<Record<string, string>> {
  const found = await readProducts(productFoldersIn(path.join(WORKSPACE, 'subgraphs')))
  const broken = found.flatMap(({ product, problems }) => (product ? [] : problems))
  if (broken.length > 0) throw new CommandFailure(Exit.Finding, 'Not every product can be read.', broken)
  const steps = inStepsDownstream(found.flatMap(({ product }) => (product ? [product] : [])))
  const products = steps.flatMap(step => step.map(contained).sort((a, b) => (a.name < b.name ? -1 : 1)))
  return { 'docker-compose.yml': composeFile(products), ...kubernetesFiles(products) }
}

/** The demo's tills send to the container of the demo's data. */
const OWN: Record<string, Record<string, string>> = {
  'india-sales': { INDIA_SALES_MQTT_HOST: 'demo-data', INDIA_SALES_MQTT_PORT: '1883' },
}

const contained = ({ name, inputPorts }: Product): Contained => ({
  name,
  environment: OWN[name] ?? {},
  listens: inputPorts.some(({ source }) => source.kind === 'contract' && source.server.connector === 'mqtt'),
})
