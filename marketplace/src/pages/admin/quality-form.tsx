import { ActionIcon, Alert, Button, Group, MultiSelect, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import IconTrash from '@tabler/icons-react/icons/IconTrash'
import { useState } from 'react'
import type { Dataset } from '../../api/discovery'
import type { ManagedProduct } from '../../api/managed-product'
import { Refused } from '../../api/management'
import { type Metric, type QualityRule, usePutQualityRules } from '../../api/quality-rules'
import { Problems } from '../../parts/problems'
import { ifBroken } from '../../parts/promise-words'
import styles from './admin.module.css'
import { isBetween, METRICS, OPERATORS } from './rule-words'

interface Props {
  managed: ManagedProduct
  dataset: Dataset
  rules: QualityRule[]
  close: () => void
}

const NEW: Omit<QualityRule, 'id'> = {
  metric: 'nullValues',
  properties: [],
  arguments: {},
  unit: 'percent',
  comparison: { op: 'mustBeLessThan', value: 5 },
  severity: 'warning',
}

/** All rules of the dataset together: what is taken out here is no longer promised. */
export function QualityForm({ managed, dataset, rules: before, close }: Props) {
  const putting = usePutQualityRules(managed, dataset.name)
  const [rules, setRules] = useState(before)
  const set = (index: number, rule: QualityRule) => setRules(rules.map((one, at) => (at === index ? rule : one)))
  const add = () => {
    const taken = new Set(rules.map(({ id }) => id))
    let number = rules.length + 1
    while (taken.has(`rule_${number}`)) number++
    setRules([...rules, { ...NEW, id: `rule_${number}` }])
  }
  const whole = rules.every(rule => rule.id.trim() && (rule.metric === 'rowCount' || rule.properties.length > 0))
  return (
    <form
      className={styles.form}
      aria-label={`Rules on ${dataset.name}`}
      onSubmit={event => {
        event.preventDefault()
        putting.mutate(rules, { onSuccess: close })
      }}
    >
      {rules.map((rule, index) => (
        <Rule
          // biome-ignore lint/suspicious/noArrayIndexKey: its name is being written.
          key={index}
          rule={rule}
          fields={(dataset.fields ?? []).map(({ name }) => name)}
          set={changed => set(index, changed)}
          remove={() => setRules(rules.filter((_, at) => at !== index))}
        />
      ))}
      <Button variant="default" onClick={add} style={{ alignSelf: 'start' }}>
        Add a rule
      </Button>
      {putting.error && (
        <Alert color="red" variant="outline" role="alert" title="These rules were not taken">
          {putting.error instanceof Refused ? <Problems problems={putting.error.problems} /> : putting.error.message}
        </Alert>
      )}
      <Group>
        <Button type="submit" disabled={!whole} loading={putting.isPending}>
          Put in force
        </Button>
        <Button variant="default" onClick={close}>
          Leave as it was
        </Button>
        <span className={styles.soft}>They judge from the next run on.</span>
      </Group>
    </form>
  )
}

interface RuleProps {
  rule: QualityRule
  fields: string[]
  set: (rule: QualityRule) => void
  remove: () => void
}

function Rule({ rule, fields, set, remove }: RuleProps) {
  const { id, metric, properties, comparison, severity, unit } = rule
  return (
    <fieldset className={styles.rule} aria-label={`Rule ${id}`}>
      <div className={styles.pair}>
        <TextInput label="Name" value={id} onChange={event => set({ ...rule, id: event.currentTarget.value })} />
        <NativeSelect
          label="Measure"
          value={metric}
          data={METRICS}
          onChange={event => {
            const next = event.currentTarget.value as Metric
            set({ ...rule, metric: next, ...(next === 'rowCount' ? { properties: [], unit: 'rows' } : {}) })
          }}
        />
        {metric !== 'rowCount' && (
          <MultiSelect
            label="Of"
            data={fields}
            value={properties}
            searchable
            onChange={names => set({ ...rule, properties: names })}
          />
        )}
      </div>
      {metric === 'invalidValues' && <ValidValues rule={rule} set={set} />}
      <div className={styles.pair}>
        <NativeSelect
          label="Promise"
          value={comparison.op}
          data={OPERATORS}
          onChange={event => {
            const op = event.currentTarget.value
            const value = 'from' in comparison ? comparison.from : comparison.value
            set({ ...rule, comparison: isBetween(op) ? { op, from: value, to: value + 1 } : { op, value } })
          }}
        />
        {'from' in comparison ? (
          <>
            <NumberInput
              label="From"
              value={comparison.from}
              onChange={value => set({ ...rule, comparison: { ...comparison, from: Number(value) } })}
            />
            <NumberInput
              label="To"
              value={comparison.to}
              onChange={value => set({ ...rule, comparison: { ...comparison, to: Number(value) } })}
            />
          </>
        ) : (
          <NumberInput
            label="Value"
            value={comparison.value}
            onChange={value => set({ ...rule, comparison: { ...comparison, value: Number(value) } })}
          />
        )}
        {metric !== 'rowCount' && (
          <NativeSelect
            label="In"
            value={unit}
            data={[
              { value: 'rows', label: 'rows' },
              { value: 'percent', label: 'percent of rows' },
            ]}
            onChange={event => set({ ...rule, unit: event.currentTarget.value as QualityRule['unit'] })}
          />
        )}
        <NativeSelect
          label="If broken"
          value={severity}
          data={[
            { value: 'error', label: ifBroken('error') },
            { value: 'warning', label: ifBroken('warning') },
          ]}
          onChange={event => set({ ...rule, severity: event.currentTarget.value as QualityRule['severity'] })}
        />
        <ActionIcon
          variant="default"
          size={36}
          onClick={remove}
          aria-label={`Take out ${id}`}
          className={styles.remove!}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </div>
    </fieldset>
  )
}

function ValidValues({ rule, set }: { rule: QualityRule; set: (rule: QualityRule) => void }) {
  const { validValues, pattern } = rule.arguments
  return (
    <div className={styles.pair}>
      <TextInput
        label="Valid values"
        description="With commas between them."
        value={Array.isArray(validValues) ? validValues.join(',') : ''}
        onChange={event => {
          const { validValues: _values, ...others } = rule.arguments
          const values = event.currentTarget.value.split(',').map(value => value.trimStart())
          set({ ...rule, arguments: values.join('') === '' ? others : { ...others, validValues: values } })
        }}
      />
      <TextInput
        label="Or a pattern"
        description="A regular expression."
        value={typeof pattern === 'string' ? pattern : ''}
        onChange={event => {
          const { pattern: _pattern, ...others } = rule.arguments
          set({
            ...rule,
            arguments: event.currentTarget.value === '' ? others : { ...others, pattern: event.currentTarget.value },
          })
        }}
      />
    </div>
  )
}
