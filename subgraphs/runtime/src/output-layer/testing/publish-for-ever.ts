import { openStores } from '../../stores/open-stores.js'
import { openPublications } from '../publications.js'
import { marks, publish } from './publish.js'

/** A process that publishes until it is killed: `folder`, `product` and perhaps a database URL as arguments. */
async function publishForEver(folder: string, product: string, databaseUrl?: string): Promise<never> {
  const database = databaseUrl ? { databaseUrl } : {}
  const stores = await openStores({ folder, product, ...database })
  const publications = await openPublications({
    ...{ folder, product: { name: product, datasets: [marks] }, metadata: stores.metadata, keep: 1, ...database },
  })
  for (;;) process.stdout.write(`${await publish(publications, databaseUrl)}\n`)
}

const [folder, product, databaseUrl] = process.argv.slice(2)
publishForEver(folder!, product!, databaseUrl).catch(error => {
  console.error(error)
  process.exit(1)
})
