import type { Product } from '@terrane/schema'
import { openStores } from '../../stores/open-stores.js'
import { subscribe } from '../../subscribe.js'

/** A process that keeps messages until it is killed: `folder` and the product's name and input ports as JSON. */
async function keepMessages(folder: string, json: string): Promise<void> {
  const product = JSON.parse(json) as Product
  const stores = await openStores({ folder, product: product.name })
  await subscribe({
    product,
    landing: { folder, metadata: stores.metadata },
    arrived: () => process.stdout.write('.'),
    log: event => console.error(event),
  })
}

const [folder, product] = process.argv.slice(2)
keepMessages(folder!, product!).catch(error => {
  console.error(error)
  process.exit(1)
})
