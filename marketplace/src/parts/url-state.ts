import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/** One value of the page's URL: what the reader chose survives a reload and can be sent to somebody. */
export function useUrlState(name: string, fallback = ''): [string, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams()
  const set = useCallback(
    (value: string) =>
      setParameters(
        now => {
          const next = new URLSearchParams(now)
          if (value === fallback) next.delete(name)
          else next.set(name, value)
          return next
        },
        { replace: true },
      ),
    [name, fallback, setParameters],
  )
  return [parameters.get(name) ?? fallback, set]
}
