/** What the editor shows a newcomer: works for everybody, and shows more the more one may see. */
export const FIRST_QUERY = `# What is there? Everything here follows from what you may see: switch the caller above and ask again.
query WhatIsThere {
  mesh {
    products {
      nodes {
        name
        domain
        address
        owner {
          name
        }
      }
    }
  }
}
`
