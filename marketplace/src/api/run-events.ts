import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type ManagedProduct, managedKey } from './managed-product'

/** One event of a product's stream, as it came in. */
export interface RunEvent {
  id: string
  at: string
  type: string
  data: Record<string, unknown>
}

const KEPT = 200
/** Names of server-sent events that this page knows of. */
const NAMES = ['run', 'publication']

/** Follows what a product says of its runs for as long as it is looked at; everything shown follows. */
export function useRunEvents(managed: ManagedProduct): { events: RunEvent[]; live: boolean } {
  const [events, setEvents] = useState<RunEvent[]>([])
  const [live, setLive] = useState(false)
  const shown = useQueryClient()
  const { name, address } = managed
  useEffect(() => {
    const source = new EventSource(`${address}/observability/events`)
    source.onopen = () => setLive(true)
    // The browser tries again by itself.
    source.onerror = () => setLive(false)
    const hear = (message: MessageEvent<string>) => {
      const event = eventOf(message.data)
      if (!event) return
      setEvents(heard => [...heard, event].slice(-KEPT))
      if (event.type === 'terrane.run.step') return
      shown.invalidateQueries({ queryKey: managedKey({ name }) })
      if (event.type === 'terrane.publication') shown.invalidateQueries({ queryKey: ['product', name] })
    }
    for (const each of NAMES) source.addEventListener(each, hear)
    return () => source.close()
  }, [name, address, shown])
  return { events, live }
}

function eventOf(text: string): RunEvent | undefined {
  try {
    const { id, time, type, data } = JSON.parse(text)
    if (typeof type !== 'string') return undefined
    return { id: String(id), at: String(time), type, data: typeof data === 'object' && data !== null ? data : {} }
  } catch {
    return undefined
  }
}
