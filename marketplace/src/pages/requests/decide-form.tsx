import { Alert, Button, Checkbox, Group, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMeshProduct } from '../../api/catalogue'
import { type Field, type Grant, useDiscovery, useGrants } from '../../api/discovery'
import type { AccessRequest } from '../../api/mesh-types'
import { useDecide } from '../../api/requests'
import { Classification } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import { called } from '../../parts/people'
import { Day } from '../../parts/request-card'
import styles from './requests.module.css'
import { ALL_ROWS, RowFilter, rowFilterOf } from './row-filter'

/** All that is needed to decide, and the decision: in full, in part, or not. */
export function DecideForm({ request }: { request: AccessRequest }) {
  const { properties } = request
  const rootField = useMeshProduct(request.product).data?.rootField
  const dataset = useDiscovery(rootField).data?.datasets?.find(({ name }) => name === request.dataset)
  const fields = dataset?.fields ?? []
  const deciding = useDecide()
  const [granted, setGranted] = useState(properties)
  const [until, setUntil] = useState(request.until?.slice(0, 10) ?? '')
  const [rows, setRows] = useState(ALL_ROWS)
  const [comment, setComment] = useState('')
  const decide = (approve: boolean) => {
    const rowFilter = rowFilterOf(rows, fields)
    deciding.mutate({
      id: request.id,
      decision: approve
        ? {
            approve,
            properties: properties.filter(name => granted.includes(name)),
            ...(until ? { until: new Date(`${until}T00:00:00Z`).toISOString() } : {}),
            ...(rowFilter ? { rowFilter } : {}),
            ...(comment.trim() ? { comment: comment.trim() } : {}),
          }
        : { approve, comment: comment.trim() },
    })
  }
  const all = granted.length === properties.length
  return (
    <form
      className={styles.form}
      aria-label="Decision"
      onSubmit={event => {
        event.preventDefault()
        decide(true)
      }}
    >
      <fieldset>
        <legend>Fields asked for</legend>
        {properties.map(name => (
          <Asked
            key={name}
            name={name}
            field={fields.find(field => field.name === name)}
            on={granted.includes(name)}
            set={on => setGranted(on ? [...granted, name] : granted.filter(one => one !== name))}
          />
        ))}
      </fieldset>
      <CurrentGrants rootField={rootField} request={request} />
      <div className={styles.row}>
        <TextInput
          type="date"
          label={request.until ? 'Until' : 'Until (asked for good)'}
          value={until}
          onChange={event => setUntil(event.currentTarget.value)}
        />
        <RowFilter fields={fields} choice={rows} choose={setRows} />
      </div>
      <Textarea
        label="Comment"
        description="The one who asked reads it. A denial needs one."
        rows={2}
        value={comment}
        onChange={event => setComment(event.currentTarget.value)}
      />
      {deciding.error && (
        <Alert color="red" variant="outline" role="alert" title="This could not be decided">
          {deciding.error.message}
        </Alert>
      )}
      <Group>
        <Button
          type="submit"
          loading={deciding.isPending && deciding.variables?.decision.approve === true}
          disabled={granted.length === 0 || (rows.property !== '' && rows.value.trim() === '')}
        >
          {all
            ? `Approve ${counted(properties.length, 'field')}`
            : `Approve ${granted.length} of ${counted(properties.length, 'field')}`}
        </Button>
        <Button
          variant="default"
          loading={deciding.isPending && deciding.variables?.decision.approve === false}
          disabled={comment.trim() === ''}
          onClick={() => decide(false)}
        >
          Deny
        </Button>
      </Group>
    </form>
  )
}

function Asked({
  name,
  field,
  on,
  set,
}: {
  name: string
  field: Field | undefined
  on: boolean
  set: (on: boolean) => void
}) {
  return (
    <Checkbox
      checked={on}
      onChange={event => set(event.currentTarget.checked)}
      label={
        <span className={styles.field}>
          <code>{name}</code>
          {field && <Classification name={field.classification} />}
          {field?.description && <span className={styles.soft}>{field.description}</span>}
        </span>
      }
    />
  )
}

/** What the one who asks has been granted by name so far. */
function CurrentGrants({ rootField, request }: { rootField: string | null | undefined; request: AccessRequest }) {
  const grants = useGrants(rootField).data
  if (!grants) return null
  const his = grants.filter(
    ({ subject, dataset }) => subject === request.requestedBy && (dataset === '*' || dataset === request.dataset),
  )
  if (his.length === 0)
    return (
      <p className={styles.soft}>
        {called(request.requestedBy)} has been granted nothing by name here; only what roles give.
      </p>
    )
  return (
    <div>
      <p className={styles.soft}>{called(request.requestedBy)} has already:</p>
      <ul className={styles.grants}>
        {his.map(grant => (
          <li key={grant.id}>
            {grantWords(grant)}{' '}
            {grant.until && (
              <>
                until <Day at={grant.until} />
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

function grantWords({ effect, actions, properties, classifications }: Grant): string {
  const what =
    properties?.join(', ') ?? (classifications ? `all that is ${classifications.join(' or ')}` : 'everything')
  return `${effect === 'deny' ? 'may not' : 'may'} ${(actions ?? []).join(', ')} ${what}`
}
