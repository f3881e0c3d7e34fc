import { useRevokeGrant } from '../../api/control'
import type { Grant } from '../../api/discovery'
import type { ManagedProduct } from '../../api/managed-product'
import { Ago } from '../../parts/ago'
import { Confirm } from '../../parts/confirm'
import { called } from '../../parts/people'
import { conditionsOf, fieldsOf } from './grant-words'

/** Before a grant ends: what exactly ends. */
export function Revoke({ managed, grant, close }: { managed: ManagedProduct; grant: Grant; close: () => void }) {
  const revoking = useRevokeGrant(managed)
  const { subject, effect, actions, dataset } = grant
  const of = dataset === '*' ? managed.name : `${managed.name}/${dataset}`
  const conditions = conditionsOf(grant)
  return (
    <Confirm
      title={`Revoke the grant of ${subject}?`}
      act="Revoke it"
      doing={{ ...revoking, mutate: () => revoking.mutate(grant.id, { onSuccess: close }) }}
      close={close}
    >
      <p>
        <code>{subject}</code> {effect === 'deny' ? 'is no longer kept from' : 'may no longer'}{' '}
        {(actions ?? []).join(', ')}: {fieldsOf(grant)} of <code>{of}</code>
        {conditions && ` (${conditions})`}. It takes effect at once. What other grants allow stays.
      </p>
      <p>
        Given by {called(grant.by ?? 'somebody')} <Ago at={grant.at} />
        {grant.reason && `: “${grant.reason}”`}.
      </p>
    </Confirm>
  )
}
