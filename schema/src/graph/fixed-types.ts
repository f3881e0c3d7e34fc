/** Names of types that mean the same in every product: no product may make one of its own of such a name. */
export const FIXED_TYPES = [
  ...['Query', 'Mutation', 'Subscription', 'String', 'Int', 'Float', 'Boolean', 'ID'],
  ...['BigInt', 'Date', 'DateTime', 'Decimal', 'JSON', 'Time', 'SortOrder', 'PageInfo'],
  ...['DataProduct', 'Freshness', 'Owner', 'QualitySummary', 'MeshProduct'],
]
