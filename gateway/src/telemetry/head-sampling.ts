import { createContextKey } from '@opentelemetry/api'

/**
 * Set where a span begins that belongs to a request which is traced: a sampler that meets it takes it. Otherwise a caller
 * could have himself traced, or left out, by the trace that he names.
 */
export const CHOSEN = createContextKey('terrane: chosen to be traced')

let share: number | undefined

/**
 * From now on the gateway chooses itself which requests are traced: `of` all, from 0 to 1. An SDK takes longer over a span
 * that it then leaves out than a light question has to spare, so that it is not asked for those at all. For the process, as
 * the SDK is; undefined: the SDK is asked for every request.
 */
export function chooseAtTheHead(of: number | undefined): void {
  share = of
}

/** Whether one more request is traced; undefined where that is the SDK's to say. */
export const chosenAtTheHead = (): boolean | undefined => (share === undefined ? undefined : Math.random() < share)
