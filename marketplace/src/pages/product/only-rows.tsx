import IconFilter from '@tabler/icons-react/icons/IconFilter'
import type { Dataset } from '../../api/discovery'
import styles from './product.module.css'

/** Said wherever a part could be taken for the whole. */
export function OnlyRows({ dataset: { name, onlySomeRows, rowFilter } }: { dataset: Dataset }) {
  if (!onlySomeRows) return null
  return (
    <p className={styles.onlyRows}>
      <IconFilter size={16} aria-hidden />
      <span>
        You have only rows of <code>{name}</code>{' '}
        {rowFilter ? (
          <>
            where <code>{rowFilter}</code>.
          </>
        ) : (
          'that your grants cover; which they are is not told.'
        )}
      </span>
    </p>
  )
}
