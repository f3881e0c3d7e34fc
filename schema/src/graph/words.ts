/**
 * Names of contracts in the notations of GraphQL. A contract may use any characters; GraphQL names are
 * `[_A-Za-z][_0-9A-Za-z]*` and must not begin with two underscores (GraphQL October 2021, §2.1.9).
 */

/** `customer_email` → [customer, email]; `OrderID` → [Order, ID]; letters lose their accents, other characters separate. */
function wordsOf(name: string): string[] {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter(word => word !== '')
}

/** An initial digit gets an underscore before it. Empty where no usable character is left. */
const legal = (name: string) => (/^\d/.test(name) ? `_${name}` : name)
const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1).toLowerCase()

/** `customer_email` → `customerEmail` */
export function camelCase(name: string): string {
  const [first, ...rest] = wordsOf(name)
  return first === undefined ? '' : legal(first.toLowerCase() + rest.map(capital).join(''))
}

/** `uk-sales` → `UkSales` */
export function pascalCase(name: string): string {
  return legal(wordsOf(name).map(capital).join(''))
}

/** `customer_email` → `CUSTOMER_EMAIL` */
export function constantCase(name: string): string {
  return legal(wordsOf(name).join('_').toUpperCase())
}
