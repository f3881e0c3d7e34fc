import { NativeSelect, TextInput } from '@mantine/core'
import type { Field } from '../../api/discovery'
import styles from './requests.module.css'

/** `country_code` `eq` `GB`: which rows a grant covers, before it is JSON. */
export interface RowChoice {
  property: string
  operator: string
  value: string
}

export const ALL_ROWS: RowChoice = { property: '', operator: 'eq', value: '' }

const OPERATORS = [
  { value: 'eq', label: 'is' },
  { value: 'ne', label: 'is not' },
  { value: 'in', label: 'is one of (a, b)' },
  { value: 'gte', label: 'is at least' },
  { value: 'lte', label: 'is at most' },
]

/** As the product reads it: `{"country_code": {"eq": "GB"}}`; nothing where all rows are meant. */
export function rowFilterOf({ property, operator, value }: RowChoice, fields: Field[]): unknown {
  if (!property) return undefined
  const type = fields.find(({ name }) => name === property)?.type ?? 'string'
  const typed = (text: string) => {
    if (/^(integer|number|double|float)/.test(type) && text.trim() !== '' && Number.isFinite(Number(text)))
      return Number(text)
    return type === 'boolean' ? text.trim() === 'true' : text.trim()
  }
  return { [property]: { [operator]: operator === 'in' ? value.split(',').map(typed) : typed(value) } }
}

/** Optional: the grant covers only these rows. */
export function RowFilter({
  fields,
  choice,
  choose,
}: {
  fields: Field[]
  choice: RowChoice
  choose: (choice: RowChoice) => void
}) {
  return (
    <fieldset className={styles.row} aria-label="Rows">
      <NativeSelect
        label="Rows"
        value={choice.property}
        onChange={event => choose({ ...choice, property: event.currentTarget.value })}
        data={[
          { value: '', label: 'all rows' },
          ...fields.map(({ name }) => ({ value: name, label: `where ${name}` })),
        ]}
      />
      {choice.property && (
        <>
          <NativeSelect
            aria-label="Comparison"
            value={choice.operator}
            onChange={event => choose({ ...choice, operator: event.currentTarget.value })}
            data={OPERATORS}
          />
          <TextInput
            aria-label="Value"
            value={choice.value}
            onChange={event => choose({ ...choice, value: event.currentTarget.value })}
          />
        </>
      )}
    </fieldset>
  )
}
