/** Names of types that mean the same in every product: no product may make one of its own of such a name. */
export const FIXED_TYPES: readonly string[] = [
  ...['Query', 'Mutation', 'Subscription', 'String', 'Int', 'Float', 'Boolean', 'ID'],
  ...['BigInt', 'Date', 'DateTime', 'Decimal', 'JSON', 'Time'],
  ...['SortOrder', 'PageInfo', 'Owner', 'Freshness', 'QualitySummary', 'DataProduct'],
  ...[
    'Agreement',
    'AuditEntry',
    'AuditFilter',
    'Dataset',
    'Description',
    'Field',
    'Grant',
    'GrantInput',
    'Lineage',
    'ManagementPort',
  ].map(name => `DataProduct${name}`),
  ...[
    'Member',
    'Model',
    'Port',
    'Problem',
    'Publication',
    'PublishedDataset',
    'QualityResult',
    'Run',
    'RunState',
    'Source',
  ].map(name => `DataProduct${name}`),
  ...['PortField', 'SqlVerdict', 'Support', 'Upstream'].map(name => `DataProduct${name}`),
  ...['BigInt', 'Boolean', 'Date', 'DateTime', 'Decimal', 'Float', 'ID', 'Int', 'Presence', 'String', 'Time'].map(
    name => `Terrane${name}Filter`,
  ),
]
