import { listPublished, type Problem, type Product, type PublishedMajor, readPublished } from '@terrane/schema'
import type { Surroundings } from './checked.js'

/** The folder of published versions, read as far as a check needs it. */
export class Published {
  private readonly read = new Map<PublishedMajor, ReturnType<typeof readPublished>>()

  private constructor(
    readonly folder: string,
    readonly majors: readonly PublishedMajor[],
    readonly problems: readonly Problem[],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async in(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<Published> {
    const { majors, problems } = await listPublished(folder)
    return new Published(folder, majors, problems, env)
  }

  /** The major that the product is of now; a major that was never published breaks nobody. */
  baseline: Surroundings['baseline'] = async product => {
    const of = this.majors.filter(({ manifest }) => manifest.product === product.name)
    const same = of.find(({ manifest }) => manifest.major === product.major)
    if (same) return { ...(await this.#read(same)), against: `published ${same.manifest.version}` }
    const newest = of.at(-1)
    return { problems: [], ...(newest ? { against: `new major, beside ${newest.manifest.version}` } : {}) }
  }

  /** The newest published product that offers this contract. */
  async offering(contractId: string): Promise<Product | undefined> {
    const major = this.majors.findLast(({ manifest }) => Object.hasOwn(manifest.contracts, contractId))
    return major && (await this.#read(major)).version?.product
  }

  /** The newest major of every product but these. */
  newestBut(names: ReadonlySet<string>): PublishedMajor[] {
    const newest = new Map(this.majors.map(major => [major.manifest.product, major]))
    return [...newest.values()].filter(({ manifest }) => !names.has(manifest.product))
  }

  #read(major: PublishedMajor): ReturnType<typeof readPublished> {
    const reading = this.read.get(major) ?? readPublished(major, this.env)
    this.read.set(major, reading)
    return reading
  }
}
