/** The one call of `jsonld` that is made; the package has no types of its own. */
declare module 'jsonld' {
  interface Options {
    documentLoader: (url: string) => Promise<never>
  }
  const jsonld: { toRDF(document: object, options: Options): Promise<object> }
  export default jsonld
}
