import { useUrlState } from '../../parts/url-state'
import styles from './admin.module.css'
import { DatasetTabs } from './dataset-tabs'
import { QualityResults } from './quality-results'
import { QualityRules } from './quality-rules'
import type { TabProps } from './tab-props'

/** What is promised of each dataset, whether the last publication kept it, and what to promise from now on. */
export function Quality({ managed, described }: TabProps) {
  const datasets = described.datasets ?? []
  const [chosen] = useUrlState('dataset')
  const dataset = datasets.find(({ name }) => name === chosen) ?? datasets[0]
  if (!dataset) return <p className={styles.note}>This product promises no dataset that you may know of.</p>
  return (
    <>
      <DatasetTabs names={datasets.map(({ name }) => name)} chosen={dataset.name} />
      <QualityRules key={dataset.name} managed={managed} dataset={dataset} />
      <QualityResults results={dataset.quality ?? []} />
    </>
  )
}
