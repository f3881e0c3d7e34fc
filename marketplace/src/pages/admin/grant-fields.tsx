import { ActionIcon, Button, Checkbox, NativeSelect, SegmentedControl } from '@mantine/core'
import IconX from '@tabler/icons-react/icons/IconX'
import { useState } from 'react'
import type { Dataset } from '../../api/discovery'
import { Classification } from '../../parts/marks'
import styles from './admin.module.css'
import { maskWords } from './grant-words'

/** Which fields a grant covers, and which of them are shown as something else. */
export interface Fields {
  by: 'all' | 'properties' | 'classifications'
  names: string[]
  masks: Record<string, unknown>
}

export const NO_FIELDS: Fields = { by: 'all', names: [], masks: {} }

const BY = [
  { value: 'all', label: 'All fields' },
  { value: 'properties', label: 'Some fields' },
  { value: 'classifications', label: 'By classification' },
]
const MASKS: { value: string; mask: unknown }[] = [
  { value: 'first', mask: { kind: 'first', length: 1 } },
  { value: 'hash', mask: { kind: 'hash' } },
  { value: 'null', mask: { kind: 'null' } },
  { value: 'fixed', mask: { kind: 'fixed', value: '***' } },
]

interface Props {
  of: Dataset[]
  choice: Fields
  choose: (fields: Fields) => void
  /** A denial has none. */
  masks: boolean
}

export function FieldsChoice({ of, choice, choose, masks }: Props) {
  const fields = of.flatMap(({ fields }) => fields ?? [])
  const options =
    choice.by === 'properties'
      ? fields.map(({ name }) => name)
      : fields.flatMap(({ classification }) => classification ?? [])
  return (
    <>
      <fieldset>
        <legend>Fields</legend>
        <SegmentedControl
          value={choice.by}
          onChange={by => choose({ ...choice, by: by as Fields['by'], names: [] })}
          data={BY}
          aria-label="Which fields"
        />
        {choice.by !== 'all' && (
          <div className={styles.choices}>
            {[...new Set(options)].map(name => (
              <Checkbox
                key={name}
                size="xs"
                checked={choice.names.includes(name)}
                onChange={event =>
                  choose({
                    ...choice,
                    names: event.currentTarget.checked
                      ? [...choice.names, name]
                      : choice.names.filter(one => one !== name),
                  })
                }
                label={choice.by === 'properties' ? <code>{name}</code> : <Classification name={name} />}
              />
            ))}
          </div>
        )}
      </fieldset>
      {masks && (
        <Masks
          fields={fields.filter(({ key }) => !key).map(({ name }) => name)}
          masks={choice.masks}
          set={masks => choose({ ...choice, masks })}
        />
      )}
    </>
  )
}

function Masks({
  fields,
  masks,
  set,
}: {
  fields: string[]
  masks: Record<string, unknown>
  set: (masks: Record<string, unknown>) => void
}) {
  const [field, setField] = useState('')
  const [kind, setKind] = useState('first')
  const { [field]: _this, ...others } = masks
  return (
    <fieldset>
      <legend>Masks</legend>
      {Object.entries(masks).map(([name, mask]) => (
        <div key={name}>
          <code>{name}</code> is {maskWords(mask)}{' '}
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Take the mask off ${name}`}
            onClick={() => set(Object.fromEntries(Object.entries(masks).filter(([other]) => other !== name)))}
          >
            <IconX size={14} />
          </ActionIcon>
        </div>
      ))}
      <div className={styles.pair}>
        <NativeSelect
          aria-label="Field to mask"
          value={field}
          onChange={event => setField(event.currentTarget.value)}
          data={[{ value: '', label: 'no field' }, ...fields]}
        />
        <NativeSelect
          aria-label="Mask"
          value={kind}
          onChange={event => setKind(event.currentTarget.value)}
          data={MASKS.map(({ value, mask }) => ({ value, label: maskWords(mask) }))}
        />
        <Button
          variant="default"
          disabled={!field}
          onClick={() => {
            set({ ...others, [field]: MASKS.find(({ value }) => value === kind)!.mask })
            setField('')
          }}
        >
          Mask it
        </Button>
      </div>
    </fieldset>
  )
}
