import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { Wanted } from '../../api/catalogue'
import type { Facet } from '../../api/mesh-types'
import { number } from '../../parts/numbers'
import styles from './products.module.css'
import { FACETS, type FacetName } from './wanted'

/** How many values of a facet stand there before the reader asks for the rest. */
const SHOWN = 8

const WORDS: Partial<Record<FacetName, Record<string, string>>> = {
  access: { ALL: 'I can read all of it', SOME: 'I can read some of it', NONE: 'I can read none of it' },
  freshness: { FRESH: 'fresh', LATE: 'late', UNKNOWN: 'not promised' },
}

interface Props {
  facets: Facet[]
  wanted: Wanted
  change: (name: FacetName, value: string, on: boolean) => void
}

/** Left of the results: each value with how many products it would leave. */
export function Facets({ facets, wanted, change }: Props) {
  const [open, setOpen] = useState(false)
  const chosen = FACETS.reduce((sum, { name }) => sum + wanted[name].length, 0)
  return (
    <aside aria-label="Filters" className={styles.facets} data-open={open || undefined}>
      <Button variant="default" className={styles.open!} onClick={() => setOpen(!open)} aria-expanded={open} fullWidth>
        {open ? 'Hide filters' : `Filters${chosen > 0 ? ` (${chosen})` : ''}`}
      </Button>
      {FACETS.map(({ name, title }) => (
        <OneFacet
          key={name}
          title={title}
          words={WORDS[name] ?? {}}
          values={facets.find(facet => facet.name === name)?.values ?? []}
          chosen={wanted[name]}
          change={(value, on) => change(name, value, on)}
        />
      ))}
    </aside>
  )
}

function OneFacet({
  title,
  words,
  values,
  chosen,
  change,
}: {
  title: string
  words: Record<string, string>
  values: Facet['values']
  chosen: string[]
  change: (value: string, on: boolean) => void
}) {
  const [all, setAll] = useState(false)
  // What was chosen stays to be un-chosen, even where nothing fits it any more.
  const known = [
    ...values,
    ...chosen.filter(one => !values.some(({ value }) => value === one)).map(value => ({ value, count: 0 })),
  ]
  if (known.length === 0) return null
  const shown = all ? known : known.filter(({ value }, place) => place < SHOWN || chosen.includes(value))
  return (
    <fieldset className={styles.facet}>
      <legend>{title}</legend>
      {shown.map(({ value, count }) => (
        <Checkbox
          key={value}
          size="xs"
          checked={chosen.includes(value)}
          onChange={event => change(value, event.currentTarget.checked)}
          classNames={{ root: styles.value!, label: styles.label!, labelWrapper: styles.wrap!, body: styles.wrap! }}
          label={
            <>
              <span>{words[value] ?? value}</span>
              <span className="number">{number(count)}</span>
            </>
          }
        />
      ))}
      {known.length > shown.length && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          {number(known.length - shown.length)} more
        </Button>
      )}
    </fieldset>
  )
}
