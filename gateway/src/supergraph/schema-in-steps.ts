import type { Steps } from '@terrane/schema'
import {
  type DocumentNode,
  type GraphQLNamedType,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  specifiedDirectives,
  TokenKind,
} from 'graphql'
import { Parser } from 'graphql/language/parser'
import { extendSchemaImpl } from 'graphql/utilities/extendSchema'

// Of graphql-js' own `parse` and `buildASTSchema` these are the parts, which it does not export by its main module. They
// go when it reads and builds in steps by itself.

/** What `parse` gives without locations, one definition after the other. */
export function* parseInSteps(sdl: string): Steps<DocumentNode> {
  const parser = new Parser(sdl, { noLocation: true })
  const definitions: DocumentNode['definitions'][number][] = []
  parser.expectToken(TokenKind.SOF)
  do {
    definitions.push(parser.parseDefinition())
    yield
  } while (!parser.expectOptionalToken(TokenKind.EOF))
  return { kind: Kind.DOCUMENT, definitions }
}

/**
 * What `buildASTSchema` gives of a document that is valid, but for the syntax tree: the schema of a large supergraph would
 * hold twice its memory in it, and nobody asks.
 */
export function* buildInSteps(document: DocumentNode): Steps<GraphQLSchema> {
  const config = extendSchemaImpl(EMPTY, document, { assumeValid: true, assumeValidSDL: true })
  yield
  for (const type of config.types) {
    withoutSyntax(type)
    yield
  }
  for (const directive of config.directives) for (const one of [directive, ...directive.args]) one.astNode = undefined
  const named = (name: string) => config.types.find(type => type.name === name)
  const roots = config.astNode
    ? {}
    : {
        query: objectOf(named('Query')),
        mutation: objectOf(named('Mutation')),
        subscription: objectOf(named('Subscription')),
      }
  const declared = new Set(config.directives.map(({ name }) => name))
  const directives = [...config.directives, ...specifiedDirectives.filter(({ name }) => !declared.has(name))]
  return new GraphQLSchema({ ...config, ...roots, directives, astNode: undefined, extensionASTNodes: [] })
}

type Config = Parameters<typeof extendSchemaImpl>[0]

const EMPTY: Config = {
  ...new GraphQLSchema({ directives: [], types: [] }).toConfig(),
  types: [],
  assumeValid: false,
}

const objectOf = (type: GraphQLNamedType | undefined) => (isObjectType(type) ? type : undefined)

/** Reads what graphql-js reads of a type when it is first asked for, which a schema would have it do for all at once. */
function withoutSyntax(type: GraphQLNamedType): void {
  if (isUnionType(type)) type.getTypes()
  if (isObjectType(type) || isInterfaceType(type)) {
    type.getInterfaces()
    for (const field of Object.values(type.getFields())) {
      field.astNode = undefined
      for (const argument of field.args) argument.astNode = undefined
    }
  }
  if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) field.astNode = undefined
  if (isEnumType(type)) for (const value of type.getValues()) value.astNode = undefined
  type.astNode = undefined
  type.extensionASTNodes = []
}
