import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Dataset } from '../../api/discovery'
import type { ManagedProduct } from '../../api/managed-product'
import { type QualityInForce, type QualityRule, useQualityRules, useResetQualityRules } from '../../api/quality-rules'
import { Ago } from '../../parts/ago'
import { Confirm } from '../../parts/confirm'
import { called } from '../../parts/people'
import { Asked } from '../../parts/states'
import look from '../product/product.module.css'
import styles from './admin.module.css'
import pipeline from './pipeline.module.css'
import { QualityForm } from './quality-form'
import { ruleWords } from './rule-words'

interface Props {
  managed: ManagedProduct
  dataset: Dataset
}

/** The rules on the dataset as a whole; those on single fields are its contract's alone. */
export function QualityRules({ managed, dataset }: Props) {
  const query = useQualityRules(managed, dataset.name)
  const [changing, setChanging] = useState(false)
  return (
    <section className={look.section}>
      <h2>
        Rules on <code>{dataset.name}</code>
      </h2>
      <Asked what="the rules" query={query}>
        {inForce => {
          if (!inForce)
            return <p className={styles.note}>This product tells and changes its rules by its contract only.</p>
          if (changing)
            return (
              <QualityForm managed={managed} dataset={dataset} rules={inForce.rules} close={() => setChanging(false)} />
            )
          return (
            <>
              {inForce.overlay && <Drift managed={managed} inForce={inForce} />}
              <Rules rules={inForce.rules} />
              {managed.mayControl ? (
                <Button variant="default" onClick={() => setChanging(true)}>
                  Change the rules
                </Button>
              ) : (
                <p className={styles.soft}>Changing them takes the grant {managed.name}:control.</p>
              )}
            </>
          )
        }}
      </Asked>
    </section>
  )
}

function Rules({ rules }: { rules: QualityRule[] }) {
  if (rules.length === 0)
    return <p className={styles.note}>Nothing is promised of it as a whole: what its fields promise is below.</p>
  return (
    <ul className={look.plain} style={{ marginBottom: 16 }}>
      {rules.map(rule => (
        <li key={rule.id}>
          <code>{rule.id}</code> · {ruleWords(rule)}
          {rule.description && <div className={styles.soft}>{rule.description}</div>}
        </li>
      ))}
    </ul>
  )
}

function Drift({ managed, inForce }: { managed: ManagedProduct; inForce: QualityInForce }) {
  const [asking, setAsking] = useState(false)
  const resetting = useResetQualityRules(managed, inForce.dataset)
  const who = inForce.changedBy ? called(inForce.changedBy) : 'somebody'
  return (
    <div className={pipeline.drift}>
      <p>
        <span>
          Changed by {who} <Ago at={inForce.changedAt} />, over what the contract says.
        </span>
        {managed.mayControl && (
          <Button variant="default" size="compact-sm" onClick={() => setAsking(true)}>
            Reset to the contract's rules
          </Button>
        )}
      </p>
      {asking && (
        <Confirm
          title={`Reset the rules on ${inForce.dataset}?`}
          act={`Destroy ${who}'s rules`}
          doing={{ ...resetting, mutate: () => resetting.mutate(undefined, { onSuccess: () => setAsking(false) }) }}
          close={() => setAsking(false)}
        >
          <p>{who}'s rules are destroyed; no copy of them is kept here:</p>
          <ul>
            {inForce.rules.map(rule => (
              <li key={rule.id}>
                <code>{rule.id}</code>: {ruleWords(rule)}
              </li>
            ))}
          </ul>
          <p>From the next run on, the contract's rules count.</p>
        </Confirm>
      )}
    </div>
  )
}
