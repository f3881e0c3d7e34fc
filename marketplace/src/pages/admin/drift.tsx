import { Button } from '@mantine/core'
import { useState } from 'react'
import { type Model, useResetModel } from '../../api/control'
import type { ManagedProduct } from '../../api/managed-product'
import { Ago } from '../../parts/ago'
import { Confirm } from '../../parts/confirm'
import { counted } from '../../parts/numbers'
import { called } from '../../parts/people'
import styles from './pipeline.module.css'

/** What is in force is not what the folder says: whose change it is, what it changed, and the way back. */
export function Drift({ managed, model }: { managed: ManagedProduct; model: Model }) {
  const [asking, setAsking] = useState(false)
  const { changedBy, changedAt } = model
  const who = changedBy ? called(changedBy) : 'somebody'
  return (
    <div className={styles.drift}>
      <p>
        <span>
          Changed by {who} <Ago at={changedAt} />, over what the folder says.
        </span>
        {managed.mayControl && (
          <Button variant="default" size="compact-sm" onClick={() => setAsking(true)}>
            Reset to the folder's SQL
          </Button>
        )}
      </p>
      {asking && <Reset managed={managed} model={model} who={who} close={() => setAsking(false)} />}
    </div>
  )
}

interface ResetProps {
  managed: ManagedProduct
  model: Model
  who: string
  close: () => void
}

function Reset({ managed, model: { name, layer, sql, changedAt }, who, close }: ResetProps) {
  const resetting = useResetModel(managed)
  return (
    <Confirm
      title={`Reset ${name}?`}
      act={`Destroy ${who}'s change`}
      doing={{ ...resetting, mutate: () => resetting.mutate(name, { onSuccess: close }) }}
      close={close}
    >
      <p>
        {who}'s SQL of{' '}
        <code>
          {layer}.{name}
        </code>
        {sql !== null && ` (${counted(sql.split('\n').length, 'line')})`}, written <Ago at={changedAt} />, is destroyed:
        no copy of it is kept here. <code>terrane pull</code> writes it into the folder first, should it be wanted.
      </p>
      <p>Then the folder's SQL is in force and a run begins. What is published stays until that run ends well.</p>
    </Confirm>
  )
}
