import { flag, list, number, type ObjectShape, object, oneOf, type Shape, text } from './shape.js'

/**
 * What each logical type brings (ODCS "Schema", logical type options): its options, and for containers what they hold.
 * Without a logical type no option has a meaning, so none is taken.
 */
export function logicalTypes(
  minor: number,
  inner: { property: Shape; item: Shape },
): { names: string[]; more: NonNullable<ObjectShape['more']> } {
  const count: Shape = { is: 'integer', atLeast: 0 }
  // Until 3.0 "exclusive" was a switch beside the limit; since 3.1 it is a limit of its own.
  const limits = (limit: Shape) => ({
    minimum: limit,
    maximum: limit,
    exclusiveMinimum: minor === 0 ? flag : limit,
    exclusiveMaximum: minor === 0 ? flag : limit,
  })
  const numeric = { ...limits(number), multipleOf: { is: 'number', above: 0 } as Shape }
  const dated = { ...limits(text), format: text }
  const timed = { ...dated, timezone: flag, defaultTimezone: text }
  const integers = oneOf('i8', 'i16', 'i32', 'i64', 'i128', 'u8', 'u16', 'u32', 'u64', 'u128')
  const vector = object(
    {
      dimensions: { is: 'integer', atLeast: 1 },
      elementType: oneOf('bfloat16', 'binary', 'float16', 'float32', 'float64', 'int8', 'uint8'),
      distanceMetric: oneOf('cosine', 'dotProduct', 'euclidean', 'hamming', 'manhattan'),
      embeddingModel: text,
      embeddingModelVersion: text,
      normalized: flag,
    },
    'dimensions',
  )
  const properties = list(inner.property)
  const { item: items } = inner
  const map = object({ key: items, value: items }, 'key', 'value')

  const types: Record<string, ReturnType<NonNullable<ObjectShape['more']>>> = {
    string: options(object({ minLength: count, maxLength: count, pattern: text, format: text })),
    date: options(object(dated)),
    ...(minor >= 1 ? { timestamp: options(object(timed)), time: options(object(timed)) } : {}),
    number: options(object({ ...numeric, format: oneOf('f32', 'f64') })),
    integer: options(object({ ...numeric, format: integers })),
    object: options(
      object({
        maxProperties: count,
        minProperties: count,
        required: list(text, { atLeast: 1, distinct: true }),
      }),
      { properties },
    ),
    array: options(object({ maxItems: count, minItems: count, uniqueItems: flag }), { items }),
    boolean: options({ ...object({}), open: true }),
    ...(minor >= 2
      ? { map: { ...options({ ...object({}), open: true }, { map }), required: ['map'] }, vector: options(vector) }
      : {}),
  }
  const untyped = options(object({}), { properties, items, ...(minor >= 2 ? { map } : {}) })
  return {
    names: Object.keys(types),
    more: source => {
      const type = source.get('logicalType')
      if (type === undefined) return untyped
      return typeof type.scalar === 'string' && Object.hasOwn(types, type.scalar) ? types[type.scalar]! : { open: true }
    },
  }
}

const options = (logicalTypeOptions: ObjectShape, fields: Record<string, Shape> = {}) => ({
  fields: { logicalTypeOptions, ...fields },
})
