import { Alert, Button } from '@mantine/core'
import { useStartRun } from '../../api/control'
import type { Port } from '../../api/discovery'
import { type Input, useInputs, useRuns } from '../../api/observability'
import { Asked, Empty } from '../../parts/states'
import { useUrlState } from '../../parts/url-state'
import styles from './admin.module.css'
import { InputCard } from './input-card'
import { Quarantine } from './quarantine'
import type { TabProps } from './tab-props'

/** What comes in: from where, when, how much, and what was set aside. */
export function Inputs({ managed, described }: TabProps) {
  const query = useInputs(managed)
  const running = useRuns(managed).data?.some(({ state }) => state === 'RUNNING') ?? false
  const pulling = useStartRun(managed)
  const [quarantine, setQuarantine] = useUrlState('quarantine')
  const ports = described.inputPorts ?? []
  return (
    <Asked what="the inputs" query={query}>
      {told => {
        const inputs = told ?? ports.map(known)
        if (inputs.length === 0)
          return <Empty title="This product has no input ports">Declare them in its product.odps.yaml.</Empty>
        return (
          <>
            <div className={styles.bar}>
              <span role="status">
                {running
                  ? 'A run is pulling them now. You may leave; its end is told when you return.'
                  : 'A run pulls all of them, then makes the data anew.'}
              </span>
              {managed.mayControl && (
                <Button
                  className={styles.push!}
                  onClick={() => pulling.mutate()}
                  loading={pulling.isPending}
                  disabled={running}
                >
                  Pull now
                </Button>
              )}
            </div>
            {pulling.error && (
              <Alert color="red" variant="outline" role="alert" title="The run did not begin" mb="md">
                {pulling.error.message}
              </Alert>
            )}
            {inputs.map(input => (
              <InputCard
                key={input.port}
                managed={managed}
                input={input}
                pushAddress={ports.find(({ name }) => name === input.port)?.address}
                quarantine={
                  <Button
                    variant="default"
                    size="compact-sm"
                    aria-expanded={quarantine === input.port}
                    onClick={() => setQuarantine(quarantine === input.port ? '' : input.port)}
                  >
                    {quarantine === input.port ? 'Hide quarantine' : 'Show quarantine'}
                  </Button>
                }
              >
                {quarantine === input.port && <Quarantine managed={managed} port={input.port} />}
              </InputCard>
            ))}
          </>
        )
      }}
    </Asked>
  )
}

/** What discovery says of a port, where the product does not tell what came in by it. */
const known = ({ name, kind, description, contractId }: Port): Input => ({
  port: name,
  connector: kind,
  description,
  contractId,
})
