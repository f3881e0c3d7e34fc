import { Button, Tooltip } from '@mantine/core'
import IconChartBar from '@tabler/icons-react/icons/IconChartBar'
import IconKey from '@tabler/icons-react/icons/IconKey'
import IconLock from '@tabler/icons-react/icons/IconLock'
import IconLockOpen from '@tabler/icons-react/icons/IconLockOpen'
import { useState } from 'react'
import type { Dataset, Field } from '../../api/discovery'
import type { AccessRequest, MeshProduct } from '../../api/mesh-types'
import { useRequests } from '../../api/requests'
import { useSession } from '../../api/session'
import { Ago } from '../../parts/ago'
import { type Column, DataTable } from '../../parts/data-table'
import { Classification } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import { useUrlState } from '../../parts/url-state'
import { AskDialog } from './ask-dialog'
import { DatasetChoice } from './dataset-choice'
import { type Counts, FieldProfile, useCounts } from './field-profile'
import { OnlyRows } from './only-rows'
import styles from './product.module.css'
import type { TabProps } from './product-page'

/** The heart: one row a field, what it means, whether the reader may read it, and how to ask. */
export function Fields({ product, described }: TabProps) {
  return (
    <DatasetChoice datasets={described.datasets}>
      {dataset => <FieldTable key={dataset.name} product={product} dataset={dataset} />}
    </DatasetChoice>
  )
}

function FieldTable({ product, dataset }: { product: MeshProduct; dataset: Dataset }) {
  const session = useSession()
  const [asking, setAsking] = useUrlState('ask')
  const [profiled, setProfiled] = useUrlState('profile')
  const fields = dataset.fields ?? []
  const locked = fields.filter(({ readable }) => !readable)
  // `?ask=amount,currency` is what a reader had chosen who then went to sign in.
  const [chosen, choose] = useState(() => namedIn(asking, locked))
  const [unfolded, unfold] = useState<string>()
  const mine = useRequests('MINE', { product: product.name, states: ['PENDING'], enabled: session?.signedIn ?? false })
  const pending = (mine.data?.requests ?? []).filter(request => request.dataset === dataset.name)
  const counts = useCounts(product.rootField!, dataset, profiled === '1')
  const open = locked.filter(({ name }) => !pending.some(({ properties }) => properties.includes(name)))
  const wanted = chosen.size > 0 ? [...chosen] : open.map(({ name }) => name)
  return (
    <>
      <OnlyRows dataset={dataset} />
      <DataTable<Field>
        what="fields"
        rows={fields}
        rowKey={({ name }) => name}
        columns={[
          ...columnsOf(pending),
          ...(profiled === '1' ? countColumns(counts.data, counts.isPending, unfolded, unfold) : []),
        ]}
        {...(locked.length > 0 ? { chosen: { keys: chosen, choose, may: field => open.includes(field) } } : {})}
        below={field =>
          unfolded === field.name && <FieldProfile rootField={product.rootField!} dataset={dataset} field={field} />
        }
        tools={
          <>
            {fields.some(({ readable }) => readable) && (
              <Tooltip label="Counts values of the fields that you can read">
                <Button
                  variant={profiled ? 'outline' : 'default'}
                  leftSection={<IconChartBar size={16} aria-hidden />}
                  aria-pressed={profiled === '1'}
                  onClick={() => setProfiled(profiled ? '' : '1')}
                >
                  Profile
                </Button>
              </Tooltip>
            )}
            {open.length > 0 && (
              <Button onClick={() => setAsking(chosen.size > 0 ? [...chosen].join(',') : '1')}>
                {chosen.size > 0
                  ? `Ask for ${counted(chosen.size, 'field')}`
                  : open.length === 1
                    ? 'Ask for the locked field'
                    : `Ask for all ${open.length} locked fields`}
              </Button>
            )}
          </>
        }
      />
      <AskDialog
        opened={asking !== '' && locked.length > 0}
        close={() => setAsking('')}
        product={product.name}
        dataset={dataset.name}
        fields={open}
        wanted={wanted}
      />
    </>
  )
}

/** Of the names in the address those that can be asked for. */
function namedIn(asking: string, locked: Field[]): Set<string> {
  const names = asking.split(',')
  return new Set(locked.map(({ name }) => name).filter(name => names.includes(name)))
}

function columnsOf(pending: AccessRequest[]): Column<Field>[] {
  return [
    {
      key: 'name',
      title: 'Field',
      value: ({ name }) => name,
      show: ({ name, field, key, deprecated, readable }) => (
        <span className={styles.fieldName} title={field === name ? undefined : `${field} in the graph`}>
          {!readable && <IconLock size={14} className={styles.soft} aria-hidden />}
          <code>{deprecated ? <s>{name}</s> : name}</code>
          {key && (
            <Tooltip label="Part of the primary key">
              <IconKey size={14} aria-label="primary key" />
            </Tooltip>
          )}
        </span>
      ),
    },
    { key: 'type', title: 'Type', value: ({ type }) => type, show: ({ type }) => <code>{type}</code> },
    {
      key: 'meaning',
      title: 'Meaning',
      value: ({ description }) => description,
      show: ({ description, relationship, deprecated, required, unique }) => (
        <div className={styles.meaning}>
          {description}
          <div className={styles.soft}>
            {[
              deprecated && `Deprecated: ${deprecated}`,
              relationship && `Refers to ${relationship}`,
              required && 'always present',
              unique && 'unique',
            ]
              .filter(Boolean)
              .join(' · ')}
          </div>
        </div>
      ),
    },
    {
      key: 'classification',
      title: 'Classification',
      value: ({ classification }) => classification,
      show: ({ classification }) => <Classification name={classification} />,
    },
    {
      key: 'access',
      title: 'Access',
      value: ({ readable, mask, requiredGrant }) => (readable ? readableWords(mask) : `locked ${requiredGrant ?? ''}`),
      show: field => <Lock field={field} asked={pending.find(({ properties }) => properties.includes(field.name))} />,
    },
  ]
}

const readableWords = (mask: string | null) => (mask ? `readable, ${mask}` : 'readable')

/** Readable, or which grant opens it and whether it has been asked for. */
function Lock({ field, asked }: { field: Field; asked: AccessRequest | undefined }) {
  if (field.readable)
    return (
      <span className={`${styles.lock} ${styles.open}`}>
        <IconLockOpen size={16} aria-hidden /> {readableWords(field.mask)}
      </span>
    )
  return (
    <span className={styles.lock}>
      <IconLock size={16} aria-hidden />
      <span>
        locked
        {field.requiredGrant && (
          <div>
            takes a grant of <code>{field.requiredGrant}</code>
          </div>
        )}
        {asked && (
          <div>
            asked <Ago at={asked.requestedAt} />
          </div>
        )}
      </span>
    </span>
  )
}

function countColumns(
  counts: Counts | undefined,
  waiting: boolean,
  open: string | undefined,
  setOpen: (name: string | undefined) => void,
): Column<Field>[] {
  const missing = waiting ? '…' : null
  return [
    { key: 'empty', title: 'Empty', right: true, value: ({ name }) => counts?.empty[name] ?? missing },
    { key: 'distinct', title: 'Different', right: true, value: ({ name }) => counts?.distinct[name] ?? missing },
    {
      key: 'values',
      title: 'Values',
      value: () => null,
      show: ({ name, readable }) =>
        readable && (
          <Button
            variant="subtle"
            size="compact-xs"
            aria-expanded={open === name}
            aria-label={`Values of ${name}`}
            onClick={() => setOpen(open === name ? undefined : name)}
          >
            {open === name ? 'hide' : 'show'}
          </Button>
        ),
    },
  ]
}
