/** What containers need to know of a product. */
export interface Contained {
  name: string
}

export const GENERATED =
  '# Written by `npm run containers` from the folders of subgraphs/; a test compares them. Change the template instead.\n'
