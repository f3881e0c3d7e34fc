import { Alert, Button, Checkbox, Group, Modal, Textarea, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import type { Field } from '../../api/discovery'
import { useAskForAccess } from '../../api/requests'
import { signInUrl, useSession } from '../../api/session'
import { Classification } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import styles from './ask-dialog.module.css'

interface Props {
  opened: boolean
  close: () => void
  product: string
  dataset: string
  /** Those that could be asked for. */
  fields: Field[]
  /** Names of those that are, to begin with. */
  wanted: string[]
}

/** Which fields, why, until when. Whoever controls the product decides. */
export function AskDialog({ opened, close, product, dataset, fields, wanted }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={`Ask for fields of ${product} / ${dataset}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <AskForm {...{ close, product, dataset, fields, wanted }} />}
    </Modal>
  )
}

function AskForm({ close, product, dataset, fields, wanted }: Omit<Props, 'opened'>) {
  const session = useSession()
  const asking = useAskForAccess()
  const [names, setNames] = useState(wanted)
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice, another form.
  useEffect(() => setNames(wanted), [wanted.join()])
  if (!session?.signedIn)
    return (
      <p>
        Only people who are known can ask. {session?.signInAvailable && <a href={signInUrl()}>Sign in</a>} and come back
        to this very page.
      </p>
    )
  if (fields.length === 0 && !asking.isSuccess)
    return <p>All that is locked has been asked for. Whoever controls {product} decides.</p>
  if (asking.isSuccess)
    return (
      <div role="status">
        <p>
          Asked for {counted(names.length, 'field')}. Whoever controls {product} decides; what is granted can be read at
          once, without signing in again.
        </p>
        <Group>
          <Button onClick={close}>Done</Button>
          <Link to="/requests">My requests</Link>
        </Group>
      </div>
    )
  return (
    <form
      className={styles.form}
      onSubmit={event => {
        event.preventDefault()
        asking.mutate({
          product,
          dataset,
          properties: names,
          reason: reason.trim(),
          ...(until ? { until: new Date(`${until}T00:00:00Z`).toISOString() } : {}),
        })
      }}
    >
      <fieldset className={styles.fields}>
        <legend>Fields</legend>
        {fields.map(({ name, description, classification }) => (
          <Checkbox
            key={name}
            checked={names.includes(name)}
            onChange={event =>
              setNames(event.currentTarget.checked ? [...names, name] : names.filter(one => one !== name))
            }
            label={
              <span className={styles.field}>
                <code>{name}</code> <Classification name={classification} />
                {description && <span className={styles.about}>{description}</span>}
              </span>
            }
          />
        ))}
      </fieldset>
      <Textarea
        label="What for"
        description="Whoever decides reads this."
        required
        autosize={false}
        rows={3}
        value={reason}
        onChange={event => setReason(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        type="date"
        label="Until"
        description="Leave it empty if you need it for good."
        min={new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}
        value={until}
        onChange={event => setUntil(event.currentTarget.value)}
        className={styles.until}
      />
      {asking.error && (
        <Alert color="red" variant="outline" role="alert" title="This could not be asked">
          {asking.error.message}
        </Alert>
      )}
      <Group>
        <Button type="submit" loading={asking.isPending} disabled={names.length === 0 || reason.trim() === ''}>
          Ask for {counted(names.length, 'field')}
        </Button>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
      </Group>
    </form>
  )
}
