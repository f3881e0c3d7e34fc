/** What containers need to know of a product. */
export interface Contained {
  name: string
  /** Of its own, beside what all products are told. */
  environment: Record<string, string>
  /** Listens at a broker, which hands each message to one listener. */
  listens: boolean
}

export const GENERATED =
  '# Written by `npm run containers` from the folders of subgraphs/; a test compares them. Change the template instead.\n'
