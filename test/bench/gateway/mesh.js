/** Four subgraphs, four types: what a gateway is measured with. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@provides", "@shareable"])\n'

const USERS = Array.from({ length: 6 }, (_, index) => ({
  id: `u${index}`,
  name: `Reader number ${index}`,
  username: `reader-${index}`,
}))
const PRODUCTS = Array.from({ length: 9 }, (_, index) => ({
  upc: `p${index}`,
  name: `Product number ${index}`,
  price: 100 + 37 * index,
  weight: 10 + 13 * index,
}))
const REVIEWS = Array.from({ length: 26 }, (_, index) => ({
  id: `r${index}`,
  body: `Review number ${index}: it does what it says, and says what it does.`,
  author: { id: USERS[index % USERS.length].id },
  product: { upc: PRODUCTS[(index * 5) % PRODUCTS.length].upc },
}))
const byKey = (rows, key) => async given => ({ ...given, ...rows.find(row => row[key] === given[key]) })

exports.SUBGRAPHS = {
  accounts: {
    sdl: `${LINK}type Query { users(page: String): [User]  me: User }
      type User @key(fields: "id") { id: ID!  name: String  username: String }`,
    resolvers: {
      Query: { users: () => USERS, me: () => USERS[0] },
      User: { __resolveReference: byKey(USERS, 'id') },
    },
  },
  products: {
    sdl: `${LINK}type Query { topProducts(first: Int = 5): [Product] }
      type Product @key(fields: "upc") { upc: String!  name: String  price: Int  weight: Int }`,
    resolvers: {
      Query: { topProducts: (_, { first }) => PRODUCTS.slice(0, first) },
      Product: { __resolveReference: byKey(PRODUCTS, 'upc') },
    },
  },
  inventory: {
    sdl: `${LINK}type Product @key(fields: "upc") { upc: String!  price: Int @external  weight: Int @external  inStock: Boolean
        shippingEstimate: Int @requires(fields: "price weight") }`,
    resolvers: {
      Product: {
        __resolveReference: async given => given,
        inStock: ({ upc }) => upc !== 'p3',
        shippingEstimate: ({ price, weight }) => (price > 300 ? 0 : weight),
      },
    },
  },
  reviews: {
    sdl: `${LINK}type Review @key(fields: "id") { id: ID!  body: String  author: User  product: Product }
      type User @key(fields: "id") { id: ID!  reviews: [Review] }
      type Product @key(fields: "upc") { upc: String!  reviews: [Review] }`,
    resolvers: {
      User: {
        __resolveReference: async given => given,
        reviews: ({ id }) => REVIEWS.filter(({ author }) => author.id === id),
      },
      Product: {
        __resolveReference: async given => given,
        reviews: ({ upc }) => REVIEWS.filter(({ product }) => product.upc === upc),
      },
    },
  },
}

const FRAGMENTS = `
  fragment Person on User { id username name }
  fragment Text on Review { id body }
  fragment Thing on Product { inStock name price shippingEstimate upc weight }`

/** `page` differs from request to request, so that no two are the same question. */
exports.QUESTIONS = {
  heavy: `query Heavy($page: String) {
    users(page: $page) { ...Person reviews { ...Text product { ...Thing reviews { ...Text author { ...Person reviews { ...Text product { ...Thing } } } } } } }
    topProducts { ...Thing reviews { ...Text author { ...Person reviews { ...Text product { ...Thing } } } } }
  } ${FRAGMENTS}`,
  hop: 'query Hop($page: String) { users(page: $page) { id name reviews { id body } } }',
  light: 'query Light($page: String) { users(page: $page) { id name } }',
}
