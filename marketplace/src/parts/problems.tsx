import IconAlertTriangle from '@tabler/icons-react/icons/IconAlertTriangle'
import type { Problem } from '../api/management'
import styles from './problems.module.css'

/** Mistakes as the product tells them: what, where, what to do. `go` leads there, where the place can be shown. */
export function Problems({
  problems,
  go,
}: {
  problems: Problem[]
  go?: (problem: Problem) => (() => void) | undefined
}) {
  return (
    <ul className={styles.problems}>
      {problems.map((problem, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two problems may be told in the same words.
        <li key={index}>
          <div className={styles.what}>
            <IconAlertTriangle size={16} aria-hidden />
            <span>{problem.message}</span>
          </div>
          <Where problem={problem} go={go?.(problem)} />
          {problem.hint && <p className={styles.hint}>{problem.hint}</p>}
        </li>
      ))}
    </ul>
  )
}

function Where({ problem: { file, line, column, code }, go }: { problem: Problem; go: (() => void) | undefined }) {
  const place = file && [shortened(file), line, column].filter(part => part != null).join(':')
  if (!place) return <span className={styles.where}>{code}</span>
  return (
    <span className={styles.where}>
      {go ? (
        <button type="button" className={styles.go} onClick={go}>
          {place}
        </button>
      ) : (
        place
      )}{' '}
      · {code}
    </span>
  )
}

/** Below the product's folder; the folder itself is the server's matter. */
const shortened = (file: string) => /(?:contracts|pipeline)[\\/].*$/.exec(file)?.[0] ?? file
