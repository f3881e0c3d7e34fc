import type { Rule } from '../rule.js'

export const addresses: Rule = {
  outcomes: {
    PRODUCT_MOVED: {
      level: 'breaking',
      because: 'All its addresses contain the domain.',
      example: { in: 'product', before: 'domain: sales', after: 'domain: europe/sales' },
    },
    CONTRACT_ID_CHANGED: {
      level: 'breaking',
      because: 'Input ports of other products name the contract by its id.',
      example: { in: 'contract', before: 'id: shop.orders', after: 'id: shop.all-orders' },
    },
    CONTRACT_MAJOR_CHANGED: {
      level: 'breaking',
      because: 'The address of the data ends in it. Within a major of the product contracts keep theirs.',
      example: { in: 'contract', before: 'version: 1.0.0', after: 'version: 2.0.0' },
    },
  },
  product({ before, after }, { report }) {
    if (before.domain === after.domain) return
    const message = `${after.name} was in ${before.domain} and is in ${after.domain}.`
    report('PRODUCT_MOVED', after.name, message, { file: after.file, line: 1, column: 1 })
  },
  dataset({ before, after }, { report }) {
    const place = { file: after.contract.file, line: 1, column: 1 }
    if (before.contract.id !== after.contract.id) {
      const message = `The contract of ${after.name} was ${before.contract.id} and is ${after.contract.id}.`
      report('CONTRACT_ID_CHANGED', after.name, message, place)
    }
    if (before.contract.major !== after.contract.major) {
      const message = `The contract of ${after.name} was at major ${before.contract.major} and is at ${after.contract.major}.`
      report('CONTRACT_MAJOR_CHANGED', after.name, message, place)
    }
  },
}
