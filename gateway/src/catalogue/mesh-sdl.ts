/** The subgraph `mesh`: what only the mesh as a whole can answer. */
export const MESH_SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

  type Query {
    "What concerns the mesh as a whole."
    mesh: Mesh
  }
  type Mutation {
    "Access to data: ask for it, take the question back, decide. One change in each."
    mesh: MeshControl
  }
  "Any JSON."
  scalar MeshJSON

  type Mesh {
    "The data products that you may know of, by name. Search looks into names, titles, domains, tags and purposes."
    products(search: String, first: Int = 50, after: String): MeshProductConnection
    "Who asks, as the mesh sees it."
    me: MeshCaller
    "The data products that you may know of, the best match first: by name, title, dataset, field, domain, tag, owner, purpose."
    search(text: String, where: MeshSearchFilter, first: Int = 50, after: String): MeshSearchResult
    "One data product by its name."
    product(name: String!): MeshProduct
    accessRequest(id: ID!): MeshAccessRequest
    "The newest first."
    accessRequests(
      scope: MeshRequestScope = MINE
      states: [MeshRequestState!]
      product: String
      first: Int = 50
      after: String
    ): MeshAccessRequestConnection
  }
  type MeshCaller {
    "\`user:anna\`, \`product:europe-sales\`, or \`visitor\`."
    subject: String!
    name: String
    roles: [String!]!
    authenticated: Boolean!
    "Names of the products that you may control."
    controls: [String!]!
    "Names of the products that you may observe."
    observes: [String!]!
  }

  "Of several values of one list one is enough; all lists must be met."
  input MeshSearchFilter {
    domains: [String!]
    owners: [String!]
    classifications: [String!]
    freshness: [MeshFreshness!]
    access: [MeshAccess!]
  }
  "The age of the data against what was agreed."
  enum MeshFreshness {
    FRESH
    LATE
    UNKNOWN
  }
  "How many of the fields that you may know of you may read."
  enum MeshAccess {
    ALL
    SOME
    NONE
  }
  type MeshSearchResult {
    nodes: [MeshProduct!]!
    totalCount: Int
    "\`domains\`, \`owners\`, \`classifications\`, \`freshness\`, \`access\`; each counted without its own filter."
    facets: [MeshFacet!]
    pageInfo: MeshPageInfo!
  }
  type MeshFacet {
    name: String!
    values: [MeshFacetValue!]!
  }
  type MeshFacetValue {
    value: String!
    count: Int!
  }

  type MeshProductConnection {
    nodes: [MeshProduct!]!
    pageInfo: MeshPageInfo!
    totalCount: Int
  }
  type MeshPageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  type MeshProduct {
    name: String!
    title: String
    version: String
    domain: String
    "Where it is served: /data/<domain>/<product>/<major>."
    address: String
    "Its purpose."
    description: String
    tags: [String!]
    owner: MeshOwner
    datasets: [MeshDataset!]
    "Its field in the graph."
    rootField: String
    status: String
    visibility: String
    "When its data was last published."
    publishedAt: String
    "The number of the publication in force."
    publication: Int
    "UNKNOWN also while the product does not answer."
    freshness: MeshFreshness
    "Rules on what you may know of."
    quality: MeshQuality
    "What feeds it."
    upstream: [MeshUpstream!]
    "Names of the products that it feeds."
    downstream: [String!]
    "Of the fields that you may know of."
    classifications: [String!]
    "Fields that you may know of."
    fieldCount: Int
    "Fields that you may read."
    readableCount: Int
    access: MeshAccess
    mayControl: Boolean
    mayObserve: Boolean
  }
  type MeshOwner {
    name: String
  }
  type MeshQuality {
    passed: Int
    failed: Int
  }
  type MeshUpstream {
    product: String!
    dataset: String
    "The input port."
    port: String
  }
  type MeshDataset {
    name: String!
    "Its field below the product's root field."
    field: String
    address: String
    description: String
    fieldCount: Int
    readableCount: Int
  }

  enum MeshRequestScope {
    MINE
    "Of products that you control, and open."
    TO_DECIDE
    ALL_I_MAY_SEE
  }
  enum MeshRequestState {
    PENDING
    APPROVED
    PARTLY_APPROVED
    DENIED
    WITHDRAWN
  }
  type MeshAccessRequest {
    id: ID!
    product: String!
    dataset: String!
    "By their names in the contract."
    properties: [String!]!
    reason: String
    until: String
    requestedBy: String!
    requestedByName: String
    requestedAt: String!
    state: MeshRequestState!
    decidedBy: String
    decidedAt: String
    comment: String
    grantedProperties: [String!]
    grantedUntil: String
    rowFilter: MeshJSON
    masks: MeshJSON
    "The grant at the product's control port."
    grantId: String
    mayDecide: Boolean!
    history: [MeshRequestEvent!]
  }
  type MeshRequestEvent {
    at: String!
    by: String!
    what: String!
    comment: String
  }
  type MeshAccessRequestConnection {
    nodes: [MeshAccessRequest!]!
    totalCount: Int
    pageInfo: MeshPageInfo!
  }
  type MeshControl {
    "Asks for properties of a dataset; for whoever is signed in."
    requestAccess(request: MeshAccessRequestInput!): MeshAccessRequest
    "Takes a question back; for the one who asked."
    withdrawRequest(id: ID!): MeshAccessRequest
    "Approves or denies; for those who control the product. What is approved is in force at once."
    decideRequest(id: ID!, decision: MeshRequestDecision!): MeshAccessRequest
  }
  input MeshAccessRequestInput {
    product: String!
    dataset: String!
    "By their names in the contract."
    properties: [String!]!
    reason: String!
    "A time with its offset, or a day."
    until: String
  }
  input MeshRequestDecision {
    approve: Boolean!
    "Fewer than were asked for; none said: all of them."
    properties: [String!]
    "The rows to be seen: {country_code: {eq: \\"GB\\"}}."
    rowFilter: MeshJSON
    "Property → how it is shown instead of itself."
    masks: MeshJSON
    "Sooner than was asked for, or without end where nothing is said here nor there."
    until: String
    comment: String
  }
`
