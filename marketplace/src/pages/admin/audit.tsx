import { Button, NativeSelect, TextInput } from '@mantine/core'
import IconDownload from '@tabler/icons-react/icons/IconDownload'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { type AuditEntry, useAudit, wholeAudit } from '../../api/observability'
import { Ago } from '../../parts/ago'
import { csvOf, download } from '../../parts/csv'
import { type Column, DataTable } from '../../parts/data-table'
import { Outcome } from '../../parts/outcome'
import { called } from '../../parts/people'
import { Asked } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import styles from './admin.module.css'
import type { TabProps } from './tab-props'

const COLUMNS: Column<AuditEntry>[] = [
  {
    key: 'at',
    title: 'When',
    value: ({ at }) => at,
    show: ({ at }) => (
      <span className={styles.nowrap}>
        <Ago at={at} />
      </span>
    ),
  },
  {
    key: 'subject',
    title: 'Who',
    value: ({ subject }) => subject,
    show: ({ subject }) => <span className={styles.nowrap}>{called(subject)}</span>,
  },
  {
    key: 'action',
    title: 'Did',
    value: ({ action }) => action,
    show: ({ action }) => <span className={styles.nowrap}>{action}</span>,
  },
  {
    key: 'dataset',
    title: 'Dataset',
    value: ({ dataset }) => dataset,
    show: ({ dataset }) => (dataset ? <code>{dataset}</code> : '–'),
  },
  {
    key: 'properties',
    title: 'Fields',
    value: ({ properties }) => properties.join(' '),
    show: ({ properties }) => (properties.length > 0 ? <code>{properties.join(', ')}</code> : '–'),
  },
  { key: 'rows', title: 'Rows', right: true, value: ({ rows }) => rows },
  { key: 'publication', title: 'Publication', right: true, value: ({ publication }) => publication },
  { key: 'port', title: 'Through', value: ({ port }) => port },
  {
    key: 'outcome',
    title: 'Outcome',
    value: ({ outcome }) => outcome,
    show: ({ outcome }) => <Outcome outcome={outcome} />,
  },
  { key: 'detail', title: 'More', value: ({ detail }) => detail },
]

/** Who read which fields of what, and who changed what; refused tries too. */
export function Audit({ managed, described }: TabProps) {
  const [subject, setSubject] = useUrlState('subject')
  const [dataset, setDataset] = useUrlState('dataset')
  const [outcome, setOutcome] = useUrlState('outcome')
  const filter = { subject, dataset }
  const query = useAudit(managed, filter)
  const keeps = (entry: AuditEntry) => !outcome || entry.outcome === outcome
  const exporting = useMutation({
    mutationFn: () => wholeAudit(managed, filter),
    onSuccess: entries => download(`${managed.name}-audit.csv`, csv(entries.filter(keeps)), 'text/csv'),
  })
  return (
    <>
      <div className={styles.filters}>
        <Subject subject={subject} choose={setSubject} />
        <NativeSelect
          label="Dataset"
          value={dataset}
          onChange={event => setDataset(event.currentTarget.value)}
          data={[{ value: '', label: 'all' }, ...(described.datasets ?? []).map(({ name }) => name)]}
        />
        <NativeSelect
          label="Outcome"
          value={outcome}
          onChange={event => setOutcome(event.currentTarget.value)}
          data={[{ value: '', label: 'all' }, 'allowed', 'denied', 'failed']}
        />
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          loading={exporting.isPending}
          onClick={() => exporting.mutate()}
        >
          Download all as csv
        </Button>
      </div>
      {exporting.error && <p role="alert">{exporting.error.message}</p>}
      <Asked what="the audit" query={query}>
        {({ pages }) => (
          <>
            <DataTable
              what="audit entries"
              exports={false}
              rows={pages
                .flat()
                .filter(keeps)
                .map((entry, index) => ({ ...entry, key: `${entry.at} ${index}` }))}
              columns={COLUMNS}
              rowKey={({ key }) => key}
            />
            {query.hasNextPage && (
              <Button
                variant="default"
                mt="md"
                loading={query.isFetchingNextPage}
                onClick={() => query.fetchNextPage()}
              >
                Show older
              </Button>
            )}
          </>
        )}
      </Asked>
    </>
  )
}

/** Exactly one subject; asked for when the reader has finished writing. */
function Subject({ subject, choose }: { subject: string; choose: (subject: string) => void }) {
  const [text, setText] = useState(subject)
  const take = () =>
    choose(text.trim() && !/^(user|product|role):|^visitor$/.test(text.trim()) ? `user:${text.trim()}` : text.trim())
  return (
    <TextInput
      label="Who"
      placeholder="user:anna, product:europe-sales"
      value={text}
      onChange={event => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={event => event.key === 'Enter' && take()}
    />
  )
}

const csv = (entries: AuditEntry[]) =>
  csvOf(
    COLUMNS.map(({ title }) => title),
    entries.map(entry => COLUMNS.map(({ value }) => value(entry))),
  )
