const { getNamedType, getOperationAST, isScalarType, parse } = require('graphql')

/**
 * A subgraph that answers as fast as it can: each operation compiled once, each object's text written once for each
 * selection of fields. `(query, variables)` to the text of the answer.
 */
exports.answering = ({ schema, roots, entities }) => {
  const known = new Map()
  return (query, variables) => {
    let compiled = known.get(query)
    if (compiled === undefined) {
      compiled = compile(schema, roots, entities, parse(query))
      known.set(query, compiled)
    }
    return `{"data":{${compiled.map(field => field(variables)).join(',')}}}`
  }
}

function compile(schema, roots, entities, document) {
  const operation = getOperationAST(document)
  const fragments = new Map(
    document.definitions.filter(one => one.kind === 'FragmentDefinition').map(one => [one.name.value, one]),
  )
  const selecting = selections(fragments)
  const query = schema.getQueryType()
  return fieldsOf(query, operation.selectionSet, fragments).map(field => {
    const key = `${JSON.stringify(responseName(field))}:`
    const values = argumentsOf(field)
    if (field.name.value === '_entities') return entitiesOf(key, values, entities, schema, field, selecting)
    if (field.name.value === '__typename') return () => `${key}"Query"`
    const text = listing(selecting(namedType(query, field), field.selectionSet))
    return variables => key + text(roots[field.name.value](values(variables)))
  })
}

function entitiesOf(key, values, entities, schema, field, selecting) {
  const types = Object.fromEntries(
    Object.keys(entities).map(name => [name, selecting(schema.getType(name), field.selectionSet)]),
  )
  return variables => {
    const texts = values(variables).representations.map(given =>
      types[given.__typename](entities[given.__typename](given)),
    )
    return `${key}[${texts.join(',')}]`
  }
}

/** From a type and a selection set to the function that writes an object of that type, remembering what it wrote. */
function selections(fragments) {
  const selecting = (type, selectionSet) => {
    const fields = fieldsOf(type, selectionSet, fragments).map(field => {
      const key = `${JSON.stringify(responseName(field))}:`
      const name = field.name.value
      if (name === '__typename') return () => `${key}"${type.name}"`
      const of = namedType(type, field)
      if (isScalarType(of)) return object => key + JSON.stringify(object[name] ?? null)
      const text = listing(selecting(of, field.selectionSet))
      return object => key + text(object[name])
    })
    const written = new WeakMap()
    return object => {
      if (!object) return 'null'
      let text = written.get(object)
      if (text === undefined) {
        text = `{${fields.map(field => field(object)).join(',')}}`
        written.set(object, text)
      }
      return text
    }
  }
  return selecting
}

const listing = text => value => (Array.isArray(value) ? `[${value.map(text).join(',')}]` : text(value))

const responseName = field => (field.alias ?? field.name).value

const namedType = (type, field) => getNamedType(type.getFields()[field.name.value].type)

function argumentsOf(field) {
  const constant = node => {
    if (node.kind === 'Variable') return variables => variables[node.name.value]
    const value = node.kind === 'IntValue' ? Number(node.value) : node.value
    return () => value
  }
  const given = (field.arguments ?? []).map(({ name, value }) => [name.value, constant(value)])
  return variables => Object.fromEntries(given.map(([name, value]) => [name, value(variables)]))
}

/** The fields that a selection set asks of one object type, fragments resolved, those of one name made one. */
function fieldsOf(type, selectionSet, fragments, into = new Map()) {
  for (const selection of selectionSet.selections) {
    if (selection.kind === 'Field') {
      const name = responseName(selection)
      const before = into.get(name)
      const both = before?.selectionSet && {
        ...before.selectionSet,
        selections: [...before.selectionSet.selections, ...selection.selectionSet.selections],
      }
      into.set(name, both ? { ...selection, selectionSet: both } : selection)
      continue
    }
    const fragment = selection.kind === 'InlineFragment' ? selection : fragments.get(selection.name.value)
    const condition = fragment.typeCondition?.name.value
    if (condition === undefined || condition === type.name) fieldsOf(type, fragment.selectionSet, fragments, into)
  }
  return [...into.values()]
}
