import {
  isRecorded,
  listPublished,
  type Problem,
  type Product,
  type PublishedMajor,
  readPublished,
  tamperedIn,
} from '@terrane/schema'
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

  /** The major that the product is of now; of one that was never published the newest below it. */
  baseline: Surroundings['baseline'] = async now => {
    const { product } = now
    const of = this.majors.filter(({ manifest }) => manifest.product === product.name)
    const same = of.find(({ manifest }) => manifest.major === product.major)
    if (same) {
      const against = `published ${same.manifest.version}`
      if (!isRecorded(same, now)) return { ...(await this.#read(same)), against }
      const tampered = await tamperedIn(same)
      return { against, problems: tampered ? [tampered] : [] }
    }
    const below = of.findLast(({ manifest }) => manifest.major < product.major)
    if (!below) return { problems: [] }
    return { ...(await this.#read(below)), against: `published ${below.manifest.version}, a major below` }
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
