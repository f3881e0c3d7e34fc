import { Link } from 'react-router'
import look from '../product/product.module.css'

/** One of several datasets; nothing to choose where there is one. */
export function DatasetTabs({ names, chosen }: { names: string[]; chosen: string }) {
  if (names.length < 2) return null
  return (
    <nav className={look.datasets} aria-label="Datasets">
      {names.map(name => (
        <Link
          key={name}
          to={`?dataset=${encodeURIComponent(name)}`}
          aria-current={name === chosen ? 'true' : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
