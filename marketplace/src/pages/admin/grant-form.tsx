import { Alert, Button, Group, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type NewGrant, usePutGrant } from '../../api/control'
import type { Dataset, Discovered } from '../../api/discovery'
import type { ManagedProduct } from '../../api/managed-product'
import { Refused } from '../../api/management'
import { Problems } from '../../parts/problems'
import { ALL_ROWS, RowFilter, rowFilterOf } from '../requests/row-filter'
import styles from './admin.module.css'
import { type Fields, FieldsChoice, NO_FIELDS } from './grant-fields'

/** What can be done with data, and what with the product as a whole. */
const ACTIONS = [
  { value: 'read', label: 'read', ofProduct: false },
  { value: 'discover', label: 'know of it', ofProduct: false },
  { value: 'observe', label: 'observe the product', ofProduct: true },
  { value: 'control', label: 'control the product', ofProduct: true },
]
const KINDS = [
  { value: 'user', label: 'person' },
  { value: 'role', label: 'role' },
  { value: 'product', label: 'product' },
]

interface Props {
  managed: ManagedProduct
  described: Discovered
  close: () => void
}

/** Gives somebody something, or keeps it from them, from now on. */
export function GrantForm({ managed, described, close }: Props) {
  const putting = usePutGrant(managed)
  const datasets = described.datasets ?? []
  const [kind, setKind] = useState('user')
  const [who, setWho] = useState('')
  const [effect, setEffect] = useState<'allow' | 'deny'>('allow')
  const [action, setAction] = useState('read')
  const [dataset, setDataset] = useState(datasets[0]?.name ?? '*')
  const [fields, setFields] = useState<Fields>(NO_FIELDS)
  const [rows, setRows] = useState(ALL_ROWS)
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const ofProduct = ACTIONS.some(({ value, ofProduct }) => value === action && ofProduct)
  const chosen = datasets.find(({ name }) => name === dataset)
  const grant = (): NewGrant => ({
    effect,
    subject: `${kind}:${who.trim()}`,
    actions: [action],
    dataset: ofProduct ? '*' : dataset,
    ...(ofProduct ? {} : narrowing(fields, rowFilterOf(rows, chosen?.fields ?? []), effect)),
    ...(until ? { until: new Date(`${until}T00:00:00Z`).toISOString() } : {}),
    ...(reason.trim() ? { reason: reason.trim() } : {}),
  })
  const whole =
    who.trim() !== '' && (ofProduct || isWhole(fields)) && (rows.property === '' || rows.value.trim() !== '')
  return (
    <Modal opened onClose={close} title="Add a grant" size="lg" centered={false}>
      <form
        className={styles.form}
        onSubmit={event => {
          event.preventDefault()
          if (whole) putting.mutate(grant(), { onSuccess: close })
        }}
      >
        <div className={styles.pair}>
          <NativeSelect label="To" value={kind} onChange={event => setKind(event.currentTarget.value)} data={KINDS} />
          <TextInput
            label="Name"
            required
            data-autofocus
            placeholder={kind === 'user' ? 'anna' : kind === 'role' ? 'analyst' : 'europe-sales'}
            value={who}
            onChange={event => setWho(event.currentTarget.value)}
          />
        </div>
        <div className={styles.pair}>
          <NativeSelect
            label="Effect"
            value={effect}
            onChange={event => setEffect(event.currentTarget.value as 'allow' | 'deny')}
            data={[
              { value: 'allow', label: 'may' },
              { value: 'deny', label: 'must not (wins over every other grant)' },
            ]}
          />
          <NativeSelect
            label="Action"
            value={action}
            onChange={event => setAction(event.currentTarget.value)}
            data={ACTIONS.map(({ value, label }) => ({ value, label }))}
          />
        </div>
        {ofProduct ? (
          <p className={styles.soft}>That is of the product as a whole.</p>
        ) : (
          <>
            <NativeSelect
              label="Dataset"
              value={dataset}
              onChange={event => {
                setDataset(event.currentTarget.value)
                setFields(NO_FIELDS)
                setRows(ALL_ROWS)
              }}
              data={[...datasets.map(({ name }) => name), { value: '*', label: 'all datasets' }]}
            />
            <FieldsChoice
              key={dataset}
              of={ofDataset(datasets, dataset)}
              choice={fields}
              choose={setFields}
              masks={effect === 'allow'}
            />
            {chosen && <RowFilter fields={chosen.fields ?? []} choice={rows} choose={setRows} />}
          </>
        )}
        <div className={styles.pair}>
          <TextInput
            type="date"
            label="Until"
            description="Empty: for good."
            value={until}
            onChange={event => setUntil(event.currentTarget.value)}
          />
          <TextInput
            label="Reason"
            description="Kept with the grant."
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
          />
        </div>
        {putting.error && (
          <Alert color="red" variant="outline" role="alert" title="This grant was not taken">
            {putting.error instanceof Refused ? <Problems problems={putting.error.problems} /> : putting.error.message}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={!whole} loading={putting.isPending}>
            Grant it
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

const ofDataset = (datasets: Dataset[], name: string) =>
  datasets.filter(dataset => name === '*' || dataset.name === name)
const isWhole = ({ by, names }: Fields) => by === 'all' || names.length > 0

/** What the grant does not cover, and how what it covers is shown. */
function narrowing({ by, names, masks }: Fields, rowFilter: unknown, effect: 'allow' | 'deny'): Partial<NewGrant> {
  return {
    ...(by === 'properties' ? { properties: names } : {}),
    ...(by === 'classifications' ? { classifications: names } : {}),
    ...(rowFilter === undefined ? {} : { rowFilter }),
    ...(effect === 'allow' && Object.keys(masks).length > 0 ? { masks } : {}),
  }
}
