/** What makes a folder a product; the first of them that is there counts. */
export const DESCRIPTORS = ['product.odps.yaml', 'product.odps.yml', 'product.odps.json'] as const
