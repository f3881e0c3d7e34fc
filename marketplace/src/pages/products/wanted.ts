import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { Wanted } from '../../api/catalogue'

export type FacetName = Exclude<keyof Wanted, 'text'>

/** Facets as the gateway names them → as the URL and the reader do. */
export const FACETS: { name: FacetName; parameter: string; title: string }[] = [
  { name: 'access', parameter: 'access', title: 'My access' },
  { name: 'domains', parameter: 'domain', title: 'Domain' },
  { name: 'owners', parameter: 'owner', title: 'Owner' },
  { name: 'classifications', parameter: 'classification', title: 'Classification' },
  { name: 'freshness', parameter: 'freshness', title: 'Freshness' },
]

/** What the URL says is looked for, and how to change it. */
export function useWanted() {
  const [parameters, setParameters] = useSearchParams()
  const wanted = useMemo(() => {
    const found = { text: parameters.get('q')?.trim() ?? '' } as Wanted
    for (const { name, parameter } of FACETS) found[name] = parameters.getAll(parameter)
    return found
  }, [parameters])
  const change = (name: FacetName, value: string, on: boolean) => {
    const { parameter } = FACETS.find(facet => facet.name === name)!
    const next = new URLSearchParams(parameters)
    next.delete(parameter)
    for (const one of on ? [...wanted[name], value] : wanted[name].filter(one => one !== value))
      next.append(parameter, one)
    setParameters(next)
  }
  const clear = () => setParameters(wanted.text ? { q: wanted.text } : {})
  const chosen = FACETS.reduce((sum, { name }) => sum + wanted[name].length, 0)
  return { wanted, chosen, change, clear }
}
