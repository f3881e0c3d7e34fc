import { Alert, Button } from '@mantine/core'
import { useStartRun } from '../../api/control'
import { type Run, useRuns } from '../../api/observability'
import { useRunEvents } from '../../api/run-events'
import { Ago } from '../../parts/ago'
import { type Column, DataTable } from '../../parts/data-table'
import { counted } from '../../parts/numbers'
import { Problems } from '../../parts/problems'
import { RunStateMark, runWords } from '../../parts/run-state'
import { Asked } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import styles from './admin.module.css'
import { RunLog } from './run-log'
import type { TabProps } from './tab-props'

/** What ran, why, for how long and what came of it; what is running, as it goes. */
export function Runs({ managed }: TabProps) {
  const query = useRuns(managed)
  const starting = useStartRun(managed)
  const { events, live } = useRunEvents(managed)
  return (
    <Asked what="the runs" query={query}>
      {runs => {
        const running = runs.find(({ state }) => state === 'RUNNING')
        return (
          <>
            <div className={styles.bar}>
              <span role="status">{running ? <Running run={running} /> : 'Nothing is running.'}</span>
              {managed.mayControl && (
                <Button
                  className={styles.push!}
                  onClick={() => starting.mutate()}
                  loading={starting.isPending}
                  disabled={Boolean(running)}
                >
                  Run now
                </Button>
              )}
            </div>
            {starting.error && (
              <Alert color="red" variant="outline" role="alert" title="The run did not begin" mb="md">
                {starting.error.message}
              </Alert>
            )}
            <RunLog events={events} live={live} />
            <History runs={runs} />
          </>
        )
      }}
    </Asked>
  )
}

function Running({ run }: { run: Run }) {
  return (
    <>
      <RunStateMark state="RUNNING" /> since <Ago at={run.startedAt} />, {run.trigger}. You may leave; its end is told
      when you return.
    </>
  )
}

/** Why the newest run failed is told unasked; of older ones on demand. */
function History({ runs }: { runs: Run[] }) {
  const newestEnded = runs.find(({ state }) => state !== 'RUNNING')
  const unasked = newestEnded?.state === 'FAILED' ? newestEnded.id : ''
  const [open, setOpen] = useUrlState('run', unasked)
  const columns: Column<Run>[] = [
    {
      key: 'state',
      title: 'State',
      value: ({ state }) => runWords(state),
      show: ({ state }) => <RunStateMark state={state} />,
    },
    {
      key: 'started',
      title: 'Started',
      value: ({ startedAt }) => startedAt,
      show: ({ startedAt }) => <Ago at={startedAt} />,
    },
    { key: 'trigger', title: 'Because of', value: ({ trigger }) => trigger },
    { key: 'seconds', title: 'Seconds', right: true, value: secondsOf, show: run => secondsOf(run)?.toFixed(1) ?? '–' },
    { key: 'publication', title: 'Publication', right: true, value: ({ publication }) => publication },
    { key: 'quarantined', title: 'Quarantined', right: true, value: ({ quarantined }) => quarantined },
    {
      key: 'problems',
      title: 'Problems',
      value: ({ problems }) => problems.length,
      show: ({ id, state, problems }) =>
        problems.length === 0 ? (
          <span className={styles.soft}>none</span>
        ) : (
          <Button
            variant="default"
            size="compact-xs"
            aria-expanded={open === id}
            onClick={() => setOpen(open === id ? 'none' : id)}
          >
            {counted(problems.length, state === 'FAILED' ? 'problem' : 'note')}
          </Button>
        ),
    },
  ]
  return (
    <DataTable
      what="runs"
      rows={runs}
      columns={columns}
      rowKey={({ id }) => id}
      below={run => open === run.id && run.problems.length > 0 && <Why run={run} />}
    />
  )
}

function Why({ run }: { run: Run }) {
  return (
    <section aria-label={`Problems of the run ${run.id}`}>
      {run.state === 'FAILED' && (
        <p className={styles.failed}>Nothing was published; the last publication keeps serving.</p>
      )}
      <Problems problems={run.problems} />
    </section>
  )
}

function secondsOf({ seconds, startedAt, finishedAt }: Run): number | undefined {
  if (seconds != null) return seconds
  return finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 : undefined
}
