import { Button } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { type Grant, useGrants } from '../../api/discovery'
import { useRequests } from '../../api/requests'
import { Ago } from '../../parts/ago'
import { type Column, DataTable } from '../../parts/data-table'
import { Chip } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import { called } from '../../parts/people'
import { Asked, Empty } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import styles from './admin.module.css'
import { GrantForm } from './grant-form'
import { conditionsOf, fieldsOf, isOver } from './grant-words'
import { Revoke } from './revoke'
import type { TabProps } from './tab-props'

/** Who has what, from whom, until when; and how to give and to take it. */
export function Grants({ managed, described }: TabProps) {
  const query = useGrants(managed.rootField)
  const [adding, setAdding] = useUrlState('add')
  const [ending, setEnding] = useState<Grant>()
  const columns: Column<Grant>[] = [
    ...COLUMNS,
    ...(managed.mayControl
      ? [
          {
            key: 'revoke',
            title: 'End it',
            value: ({ origin }: Grant) => origin,
            show: (grant: Grant) =>
              grant.origin === 'granted' ? (
                <Button
                  variant="default"
                  size="compact-xs"
                  onClick={() => setEnding(grant)}
                  aria-label={`Revoke the grant of ${grant.subject}`}
                >
                  Revoke
                </Button>
              ) : null,
          },
        ]
      : []),
  ]
  return (
    <>
      <div className={styles.bar}>
        <Pending product={managed.name} mayControl={managed.mayControl} />
        {managed.mayControl && (
          <Button className={styles.push!} onClick={() => setAdding('1')}>
            Add a grant
          </Button>
        )}
      </div>
      <Asked what="the grants" query={query}>
        {grants =>
          grants ? (
            <DataTable what="grants" rows={grants} columns={columns} rowKey={({ id }) => id} sortedBy="subject" />
          ) : (
            <Empty title="The product does not tell you its grants">That takes the grant {managed.name}:observe.</Empty>
          )
        }
      </Asked>
      {adding && managed.mayControl && (
        <GrantForm managed={managed} described={described} close={() => setAdding('')} />
      )}
      {ending && <Revoke managed={managed} grant={ending} close={() => setEnding(undefined)} />}
    </>
  )
}

const COLUMNS: Column<Grant>[] = [
  {
    key: 'subject',
    title: 'Who',
    value: ({ subject }) => subject,
    show: ({ subject }) => <code className={styles.nowrap}>{subject}</code>,
  },
  {
    key: 'actions',
    title: 'May',
    value: ({ effect, actions }) => `${effect === 'deny' ? 'not ' : ''}${(actions ?? []).join(', ')}`,
    show: ({ effect, actions }) => (
      <span className={effect === 'deny' ? styles.failed : undefined}>
        {effect === 'deny' && 'must not '}
        {(actions ?? []).join(', ')}
      </span>
    ),
  },
  {
    key: 'dataset',
    title: 'Dataset',
    value: ({ dataset }) => dataset,
    show: ({ dataset }) => (dataset === '*' ? 'all' : <code>{dataset}</code>),
  },
  { key: 'fields', title: 'Fields', value: fieldsOf },
  { key: 'conditions', title: 'Rows and masks', value: conditionsOf, show: grant => conditionsOf(grant) || '–' },
  {
    key: 'until',
    title: 'Until',
    value: ({ until }) => until,
    show: grant =>
      grant.until ? (
        <span className={isOver(grant) ? styles.failed : undefined}>
          {isOver(grant) && 'ended '}
          <Ago at={grant.until} />
        </span>
      ) : (
        <span className={styles.nowrap}>for good</span>
      ),
  },
  { key: 'origin', title: 'Origin', value: ({ origin }) => origin, show: ({ origin }) => <Chip>{origin}</Chip> },
  {
    key: 'by',
    title: 'By',
    value: ({ by, at, reason }) => [by, at, reason].filter(Boolean).join(' '),
    show: ({ by, at, origin, reason }) => (
      <>
        {origin === 'declared' ? 'the contract' : called(by ?? '')}
        {at && origin !== 'declared' && (
          <>
            , <Ago at={at} />
          </>
        )}
        {reason && <div className={styles.soft}>{reason}</div>}
      </>
    ),
  },
]

/** Requests for access to this product that wait. */
function Pending({ product, mayControl }: { product: string; mayControl: boolean }) {
  const waiting = useRequests('TO_DECIDE', { product, states: ['PENDING'], enabled: mayControl }).data?.total ?? 0
  return waiting > 0 ? (
    <Link to="/requests?show=decide">{counted(waiting, 'request')} for access to decide</Link>
  ) : (
    <span className={styles.soft}>
      Nobody waits for a decision. What contracts declare changes with them, in the folder.
    </span>
  )
}
